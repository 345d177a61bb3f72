# The layer cluster on several ranks of this machine: the same bits as on one, and clear errors in good time.
add_executable(cluster_ranks cluster/ranks/ranks.cpp)
target_include_directories(cluster_ranks PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(cluster_ranks PRIVATE tacit::cluster tacit_flags fmt::fmt TBB::tbb)

if(TACIT_SANITIZE MATCHES thread)
  return()  # Open MPI is not instrumented; tests/runtime has the threads of a run
endif()

# Several ranks share a machine with fewer cores, perhaps as root, perhaps in a container.
set(mpi_environment OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_plm_rsh_agent=false
  ASAN_OPTIONS=detect_leaks=0)  # of Open MPI
function(tacit_ranks_test name ranks mode threads)
  add_test(NAME ${name} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
    $<TARGET_FILE:cluster_ranks> ${mode} ${threads})
  set_tests_properties(${name} PROPERTIES LABELS cluster TIMEOUT 60 ENVIRONMENT "${mpi_environment}")
endfunction()
foreach(ranks IN ITEMS 1 2 3 4)
  foreach(threads IN ITEMS 1 2)
    tacit_ranks_test(Cluster.SameBitsOn${ranks}RanksWith${threads}Threads ${ranks} same ${threads})
  endforeach()
endforeach()
tacit_ranks_test(Cluster.AnotherProgramOnOneRankIsToldByAll 3 mismatch 1)
tacit_ranks_test(Cluster.ARankThatStopsTellsWhy 3 stops 1)
tacit_ranks_test(Cluster.ASilentRankIsGivenUp 3 silent 1)
tacit_ranks_test(Cluster.ADeadRankEndsAll 3 dies 1)
set_tests_properties(Cluster.AnotherProgramOnOneRankIsToldByAll PROPERTIES PASS_REGULAR_EXPRESSION
  "parameter_mismatch: cluster: the job, its program or its schedule differs from rank 0's on rank 1;")
set_tests_properties(Cluster.ARankThatStopsTellsWhy PROPERTIES PASS_REGULAR_EXPRESSION
  "unreachable: cluster: rank 1 stopped: the test says stop")
set_tests_properties(Cluster.ASilentRankIsGivenUp PROPERTIES PASS_REGULAR_EXPRESSION
  "unreachable: cluster: rank 1 has been silent for 3000 ms")
set_tests_properties(Cluster.ADeadRankEndsAll PROPERTIES PASS_REGULAR_EXPRESSION "signal 9")
if(TARGET tacit_ranks)
  add_test(NAME Cluster.TrainsAsOneMachineDoes COMMAND ${CMAKE_CURRENT_LIST_DIR}/cluster/train_on_ranks.sh
    $<TARGET_FILE:tacit> $<TARGET_FILE:tacit_ranks> ${MPIEXEC_EXECUTABLE})
  set_tests_properties(Cluster.TrainsAsOneMachineDoes PROPERTIES LABELS cluster TIMEOUT 120
    ENVIRONMENT "${mpi_environment}")
endif()
