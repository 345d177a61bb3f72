# The program `tacit` as its users meet it: processes, files, messages, exit statuses. One ctest test per class of
# the scripts, so that its keys are made once.
if(TARGET tacit)
  # Makes the writes of a server fail, as a full disk does.
  add_library(full_disk MODULE ${CMAKE_CURRENT_LIST_DIR}/end_to_end/full_disk.cpp)
  # Kills or stops a party of `tacit mpc` at a given moment.
  add_library(stop_at MODULE ${CMAKE_CURRENT_LIST_DIR}/end_to_end/stop_at.cpp)
  foreach(library full_disk stop_at)
    target_link_libraries(${library} PRIVATE tacit_flags ${CMAKE_DL_LIBS})
  endforeach()
  foreach(script tacit_test segments_test table_test models_test dp_test service_test service_load_test
          service_faults_test service_hostile_test service_segments_test mpc_test mpc_ballots_test mpc_dp_test psi_test
          predict_test study_test mpc_faults_test)
    set(script ${CMAKE_CURRENT_LIST_DIR}/end_to_end/${script}.py)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    file(STRINGS ${script} classes REGEX "^class [A-Za-z]+\\((Tacit|Service|Harness|Parties|Prediction|Study)Case\\):")
    foreach(line IN LISTS classes)
      string(REGEX REPLACE "^class ([A-Za-z]+).*" "\\1" class "${line}")
      add_test(NAME end_to_end.${class} COMMAND ${TACIT_PYTHON} ${script} $<TARGET_FILE:tacit> ${class})
      set(environment TACIT_FULL_DISK=$<TARGET_FILE:full_disk> TACIT_STOP_AT=$<TARGET_FILE:stop_at>)
      if(TACIT_SANITIZE)
        list(APPEND environment TACIT_SANITIZED=1)
      endif()
      set_tests_properties(end_to_end.${class} PROPERTIES LABELS end_to_end TIMEOUT 3600 ENVIRONMENT "${environment}")
    endforeach()
  endforeach()
  set_tests_properties(end_to_end.StudyPage PROPERTIES SKIP_REGULAR_EXPRESSION "OK \\(skipped")  # without a browser
  # The library keeps the same promises about the secret key: tests/learn/roles_test.cpp.
endif()
