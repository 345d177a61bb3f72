# The program `tacit` as its users meet it: processes, files, messages, exit statuses. One ctest test per class of
# the scripts, so that its keys are made once.
if(TARGET tacit)
  foreach(script tacit_test segments_test table_test dp_test service_test)
    set(script ${CMAKE_CURRENT_LIST_DIR}/end_to_end/${script}.py)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    file(STRINGS ${script} classes REGEX "^class [A-Za-z]+\\((Tacit|Service)Case\\):")
    foreach(line IN LISTS classes)
      string(REGEX REPLACE "^class ([A-Za-z]+).*" "\\1" class "${line}")
      add_test(NAME end_to_end.${class} COMMAND ${TACIT_PYTHON} ${script} $<TARGET_FILE:tacit> ${class})
      set_tests_properties(end_to_end.${class} PROPERTIES LABELS end_to_end TIMEOUT 600)
      if(TACIT_SANITIZE)
        set_tests_properties(end_to_end.${class} PROPERTIES ENVIRONMENT TACIT_SANITIZED=1)
      endif()
    endforeach()
  endforeach()
  # The library keeps the same promises about the secret key: tests/learn/roles_test.cpp.
endif()
