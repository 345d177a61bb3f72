# Microsoft SEAL as an outside oracle, in both directions (tests/oracle/seal_oracle.cpp). SEAL comes as WebAssembly in
# an npm package; where npm or the packages cannot be had, these tests are reported as skipped, never as passed.
set(TACIT_ORACLE_PACKAGES ${PROJECT_BINARY_DIR}/oracle_packages CACHE PATH "Folder for the npm packages of the oracle tests")
find_program(TACIT_NPM npm)
if(NOT TACIT_NPM)
  message(STATUS "npm is missing: the oracle tests against SEAL will be skipped; `apt-get install npm` enables them")
endif()
set(oracle_dir ${CMAKE_CURRENT_LIST_DIR}/oracle)

file(GLOB sources CONFIGURE_DEPENDS ${oracle_dir}/*.cpp)
add_executable(seal_oracle ${sources})
target_include_directories(seal_oracle PRIVATE ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(seal_oracle PRIVATE tacit::ckks tacit_flags fmt::fmt)

add_test(NAME oracle.install COMMAND ${oracle_dir}/install.sh ${TACIT_ORACLE_PACKAGES})
set_tests_properties(oracle.install PROPERTIES FIXTURES_SETUP oracle_packages LABELS oracle TIMEOUT 300 SKIP_RETURN_CODE 77)
foreach(set n13_scale40 n13_scale30 n14_scale45)
  add_test(NAME oracle.${set}
    COMMAND ${oracle_dir}/run.sh ${TACIT_ORACLE_PACKAGES} ${set} ${CMAKE_CURRENT_BINARY_DIR}/oracle/${set}
      ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:seal_oracle>)
  set_tests_properties(oracle.${set} PROPERTIES FIXTURES_REQUIRED oracle_packages LABELS oracle TIMEOUT 600 SKIP_RETURN_CODE 77)
endforeach()
