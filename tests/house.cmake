# The rules of the house: layers, citations, public headers, documents, the installed package.
set(house_dir ${CMAKE_CURRENT_BINARY_DIR}/house)

# Who may include whom; every citation resolves. The checkers have tests with planted violations.
add_test(NAME house.layers COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/check_layers.py)
add_test(NAME house.citations COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/check_citations.py)
add_test(NAME house.parity COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/check_parity.py)
if(TARGET tacit)
  add_test(NAME house.statements
    COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/check_statements.py --help-of $<TARGET_FILE:tacit>)
  set_tests_properties(house.statements PROPERTIES LABELS house)
endif()
add_test(NAME house.fuzz COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/check_fuzz.py)
add_test(NAME house.checkers_find_violations COMMAND ${TACIT_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/house/tools_test.py)
set_tests_properties(house.layers house.citations house.parity house.fuzz house.checkers_find_violations PROPERTIES LABELS house)

# Every public header compiles alone, and twice in a row.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include
  ${PROJECT_SOURCE_DIR}/include/tacit/*.hpp)
set(alone)
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER ${header} stem)
  file(CONFIGURE OUTPUT ${house_dir}/alone/${stem}.cpp CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
  list(APPEND alone ${house_dir}/alone/${stem}.cpp)
endforeach()
add_library(public_headers_alone OBJECT ${alone})
target_link_libraries(public_headers_alone PRIVATE tacit::tacit tacit_flags)
# The same compiler refuses a header that leans on what others include.
add_test(NAME house.headers_alone_finds_violations
  COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -x c++ ${CMAKE_CURRENT_LIST_DIR}/house/leaning_header.txt)
set_tests_properties(house.headers_alone_finds_violations PROPERTIES LABELS house PASS_REGULAR_EXPRESSION "vector")

# The C++ in README.md and docs/ compiles and runs; tools/extract_doc_code.py states the rules.
file(GLOB documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/docs/*.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${documents}
  ${PROJECT_SOURCE_DIR}/tools/extract_doc_code.py)
execute_process(
  COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/extract_doc_code.py ${PROJECT_SOURCE_DIR} ${house_dir}/documents
  OUTPUT_VARIABLE blocks OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" blocks "${blocks}")
foreach(block IN LISTS blocks)
  string(REGEX MATCH "^([^=]+)=(.+)$" _ "${block}")
  set(name ${CMAKE_MATCH_1})
  add_executable(document_${name} ${CMAKE_MATCH_2})
  target_link_libraries(document_${name} PRIVATE tacit::tacit tacit_flags)
  add_test(NAME document.${name} COMMAND document_${name} WORKING_DIRECTORY ${house_dir})
  set_tests_properties(document.${name} PROPERTIES LABELS document TIMEOUT 300)
endforeach()

# ThreadSanitizer must see through oneTBB: tests/tsan.supp explains.
if(TACIT_SANITIZE MATCHES "thread")
  add_executable(planted_race ${CMAKE_CURRENT_LIST_DIR}/house/planted_race.cpp)
  target_link_libraries(planted_race PRIVATE tacit::base)
  add_test(NAME house.thread_sanitizer_finds_violations COMMAND planted_race)
  set_tests_properties(house.thread_sanitizer_finds_violations PROPERTIES LABELS house
    PASS_REGULAR_EXPRESSION "data race .*planted_race.cpp")
endif()

# The installed tree and the source tree each serve a project outside. A consumer would need the
# sanitizer's flags too, so instrumented builds leave this out.
if(NOT TACIT_SANITIZE AND NOT CMAKE_CXX_FLAGS MATCHES "--coverage")
  include(${CMAKE_CURRENT_LIST_DIR}/package.cmake)
endif()
