# What the scheme rests on: known answers of an independent model, the table of secure moduli, and code whose course
# shows nothing of its secrets.
add_test(NAME vectors.model_computes_them COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/ckks_model.py --check)
add_test(NAME vectors.prio3_model_computes_them COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/prio3_model.py --check)
set_tests_properties(vectors.model_computes_them vectors.prio3_model_computes_them PROPERTIES LABELS vectors TIMEOUT 300)
add_test(NAME security.table_of_moduli
  COMMAND ${TACIT_PYTHON} ${PROJECT_SOURCE_DIR}/tools/security_estimate.py --check)
set_tests_properties(security.table_of_moduli PROPERTIES LABELS security)

# tests/leak under valgrind, which takes secrets for uninitialised memory. Not with sanitizers: they exclude each other.
if(TACIT_SANITIZE)
  return()
endif()
find_program(TACIT_VALGRIND valgrind)
find_path(TACIT_VALGRIND_INCLUDE valgrind/memcheck.h)
set(leak_tests leak.secrets_decide_nothing.portable leak.secrets_decide_nothing.avx2
  leak.a_planted_branch_is_found leak.a_planted_look_up_is_found)
if(NOT TACIT_VALGRIND OR NOT TACIT_VALGRIND_INCLUDE)
  message(STATUS "valgrind is missing: the leak tests will be skipped; `apt-get install valgrind` enables them")
  foreach(test IN LISTS leak_tests)
    add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -E echo "skipped: valgrind is missing, `apt-get install valgrind`")
    set_tests_properties(${test} PROPERTIES LABELS leak SKIP_REGULAR_EXPRESSION "skipped: valgrind")
  endforeach()
  return()
endif()
add_executable(leak_check ${CMAKE_CURRENT_LIST_DIR}/leak/leak_check.cpp)
target_include_directories(leak_check PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(leak_check PRIVATE tacit::ckks tacit::mpc tacit_flags fmt::fmt)
set(valgrind ${TACIT_VALGRIND} --quiet --error-exitcode=1 --suppressions=${CMAKE_CURRENT_LIST_DIR}/leak/public.supp)
# Valgrind knows no AVX-512: the other kernels stand in for it.
foreach(kernels portable avx2)
  add_test(NAME leak.secrets_decide_nothing.${kernels} COMMAND ${valgrind} $<TARGET_FILE:leak_check> clean)
  set_tests_properties(leak.secrets_decide_nothing.${kernels} PROPERTIES ENVIRONMENT TACIT_KERNELS=${kernels}
    SKIP_REGULAR_EXPRESSION "names no kernels of this machine")
endforeach()
add_test(NAME leak.a_planted_branch_is_found COMMAND ${valgrind} $<TARGET_FILE:leak_check> branch)
add_test(NAME leak.a_planted_look_up_is_found COMMAND ${valgrind} $<TARGET_FILE:leak_check> index)
set_tests_properties(${leak_tests} PROPERTIES LABELS leak TIMEOUT 600)
set_tests_properties(leak.a_planted_branch_is_found PROPERTIES
  PASS_REGULAR_EXPRESSION "Conditional jump or move depends on uninitialised")
set_tests_properties(leak.a_planted_look_up_is_found PROPERTIES
  PASS_REGULAR_EXPRESSION "Use of uninitialised value of size")
