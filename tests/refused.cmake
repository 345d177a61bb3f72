# Programs that must not compile, tests/refused/*.cpp, and what the compiler must say about them. Such a file begins with
#   // refused: <text of the message>
# and what is refused stands under #ifdef REFUSED: without it the file compiles, so nothing else is wrong with it.
file(GLOB refused CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/refused/*.cpp)
foreach(source IN LISTS refused)
  cmake_path(GET source STEM name)
  file(STRINGS ${source} first LIMIT_COUNT 1)
  if(NOT first MATCHES "^// refused: (.+)$")
    message(FATAL_ERROR "${source}: the first line must be '// refused: <text of the message>'")
  endif()
  set(message ${CMAKE_MATCH_1})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  set(compile ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -I${PROJECT_SOURCE_DIR}/include ${source})
  add_test(NAME refused.${name} COMMAND ${compile} -DREFUSED)
  set_tests_properties(refused.${name} PROPERTIES LABELS house PASS_REGULAR_EXPRESSION ": error: .*${message}")
  add_test(NAME refused.${name}.without COMMAND ${compile})
  set_tests_properties(refused.${name}.without PROPERTIES LABELS house)
endforeach()
