# Warnings and floating-point rules shared by every target; nothing here changes what the code means.
add_library(tacit_flags INTERFACE)
target_compile_options(tacit_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Wnon-virtual-dtor
  # The kernels' exactness proofs assume that every rounding is the one written down.
  -ffp-contract=off
  # Some dependencies ask for it, and precompiled headers are only good for targets that all say the same.
  -pthread)
set(TACIT_SANITIZE "" CACHE STRING "Sanitizers, for instance 'address,undefined'")
if(TACIT_SANITIZE)
  add_compile_options(-fsanitize=${TACIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TACIT_SANITIZE})
  if(TACIT_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # oneTBB's own headers; what Tacit runs in parallel stays instrumented (src/base/fork_join.hpp).
    add_compile_options(-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/tests/tsan_ignore.txt)
  endif()
endif()
