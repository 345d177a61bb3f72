# tacit_layer(NAME [DEPENDS layer...] [PRIVATE library...])
#
# One library per layer, tacit::NAME, from src/NAME/*.cpp with public headers in include/tacit/NAME.
# Headers in src/NAME are private to the layer and never installed.
function(tacit_layer name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(tacit_${name} STATIC ${sources})
  add_library(tacit::${name} ALIAS tacit_${name})
  set_target_properties(tacit_${name} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE CXX)
  target_include_directories(tacit_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ARG_DEPENDS PREPEND tacit::)
  target_link_libraries(tacit_${name} PUBLIC ${ARG_DEPENDS} PRIVATE $<BUILD_INTERFACE:tacit_flags> ${ARG_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY TACIT_LAYERS ${name})
endfunction()
