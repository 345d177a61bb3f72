# Everything is visible in the whole build tree (GLOBAL), so that a project which takes Tacit in by
# add_subdirectory can link it. cmake/tacitConfig.cmake.in repeats the list for installed trees.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(TBB REQUIRED GLOBAL)
find_package(fmt REQUIRED GLOBAL)
find_package(OpenSSL REQUIRED GLOBAL)
find_package(ZLIB REQUIRED GLOBAL)
find_package(nlohmann_json REQUIRED GLOBAL)
find_package(SQLite3 REQUIRED GLOBAL)
find_package(Protobuf REQUIRED GLOBAL)
find_package(gRPC CONFIG REQUIRED GLOBAL)
find_package(prometheus-cpp CONFIG REQUIRED GLOBAL)
set(MPI_CXX_SKIP_MPICXX TRUE)  # the C interface, also in C++
find_package(MPI REQUIRED COMPONENTS CXX)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)
pkg_check_modules(mpfr REQUIRED IMPORTED_TARGET GLOBAL mpfr)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET GLOBAL tomlplusplus)
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET GLOBAL cpp-httplib)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET GLOBAL libhwy)

# Python for the checkers and generators: the system's, because a shim in the way may be any version.
find_program(TACIT_PYTHON python3 HINTS /usr/bin NO_DEFAULT_PATH)
if(NOT TACIT_PYTHON)
  find_program(TACIT_PYTHON python3)
endif()
