# tests/package/ built outside of Tacit's tree: against the installed package and by add_subdirectory.
set(package_dir ${CMAKE_CURRENT_BINARY_DIR}/package)
set(prefix ${package_dir}/prefix)

add_test(NAME package.install
  COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -DSOURCE=${PROJECT_SOURCE_DIR} -DPREFIX=${prefix}
    -P ${CMAKE_CURRENT_LIST_DIR}/package/check_install.cmake)
set_tests_properties(package.install PROPERTIES FIXTURES_SETUP installed_package LABELS package)

function(package_test name)
  add_test(NAME package.${name}
    COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/package ${package_dir}/${name}
      --build-generator ${CMAKE_GENERATOR}
      --build-options -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_PREFIX_PATH=${prefix} ${ARGN}
      --test-command consumer)
  set_tests_properties(package.${name} PROPERTIES LABELS package TIMEOUT 900 PROCESSORS 2
    FIXTURES_REQUIRED installed_package)
endfunction()

package_test(find_package -DCMAKE_BUILD_TYPE=Release)
# Without optimisation: this asks whether the build files serve a parent project, not how fast the result is.
package_test(add_subdirectory -DCMAKE_BUILD_TYPE=None -DTACIT_SOURCE=${PROJECT_SOURCE_DIR})
# What must be refused, with the reason.
package_test(other_version -DTACIT_VERSION=0.0)
set_tests_properties(package.other_version PROPERTIES
  PASS_REGULAR_EXPRESSION "compatible[ \n]+with requested version \"0.0\"")
package_test(unknown_component -DTACIT_COMPONENTS=nonsense)
set_tests_properties(package.unknown_component PROPERTIES
  PASS_REGULAR_EXPRESSION "tacit has no component 'nonsense'")
