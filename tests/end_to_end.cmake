# The program `tacit` as its users meet it: processes, files, messages, exit statuses. One ctest test per class of
# end_to_end/tacit_test.py and table_test.py, so that its keys are made once.
if(TARGET tacit)
  foreach(name IN ITEMS tacit_test table_test)
    set(script ${CMAKE_CURRENT_LIST_DIR}/end_to_end/${name}.py)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    file(STRINGS ${script} classes REGEX "^class [A-Za-z]+\\(TacitCase\\):")
    foreach(line IN LISTS classes)
      string(REGEX REPLACE "^class ([A-Za-z]+).*" "\\1" class "${line}")
      add_test(NAME end_to_end.${class} COMMAND ${TACIT_PYTHON} ${script} $<TARGET_FILE:tacit> ${class})
      set_tests_properties(end_to_end.${class} PROPERTIES LABELS end_to_end TIMEOUT 600)
    endforeach()
  endforeach()
  # The library keeps the same promises about the secret key: tests/logreg/roles_test.cpp.
endif()
