# tacit_layer(NAME [DEPENDS layer...] [PRIVATE library...])
#
# One library per layer, tacit::NAME, from src/NAME/*.cpp with public headers in include/tacit/NAME.
# Headers in src/NAME are private and never installed. A layer without sources is an interface library.
#
# What nearly every source includes is parsed once, for all layers. Sources still include what they use: the presets dev
# and clang build without (CMAKE_DISABLE_PRECOMPILE_HEADERS).
function(tacit_layer name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND tacit::)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  if(sources)
    add_library(tacit_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_include_directories(tacit_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(tacit_${name} PRIVATE $<BUILD_INTERFACE:tacit_flags> ${ARG_PRIVATE})
    if(name STREQUAL base)
      target_precompile_headers(tacit_base PRIVATE
        <fmt/format.h> <filesystem> <functional> <memory> <optional> <span> <string> <vector>)
    else()
      target_precompile_headers(tacit_${name} REUSE_FROM tacit_base)
    endif()
  else()
    add_library(tacit_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(tacit::${name} ALIAS tacit_${name})
  set_target_properties(tacit_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(tacit_${name} ${scope} cxx_std_20)
  target_include_directories(tacit_${name} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(tacit_${name} ${scope} ${ARG_DEPENDS})
  set_property(GLOBAL APPEND PROPERTY TACIT_LAYERS ${name})
endfunction()
