# The umbrella target, and `cmake --install` with a package that find_package(tacit CONFIG) reads.
include(CMakePackageConfigHelpers)
get_property(TACIT_LAYERS GLOBAL PROPERTY TACIT_LAYERS)
set(libraries ${TACIT_LAYERS})
list(TRANSFORM libraries PREPEND tacit_)

add_library(tacit_umbrella INTERFACE)
add_library(tacit::tacit ALIAS tacit_umbrella)
set_target_properties(tacit_umbrella PROPERTIES EXPORT_NAME tacit)
# All layers but cluster: what links it loads MPI when it starts.
set(umbrella ${TACIT_LAYERS})
list(REMOVE_ITEM umbrella cluster)
foreach(layer IN LISTS umbrella)
  target_link_libraries(tacit_umbrella INTERFACE tacit::${layer})
endforeach()

if(TACIT_INSTALL)
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tacit)
  install(TARGETS tacit_umbrella ${libraries} EXPORT tacitTargets)
  install(EXPORT tacitTargets NAMESPACE tacit:: DESTINATION ${package_dir})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tacit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp")
  configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tacitConfig.cmake.in
    ${PROJECT_BINARY_DIR}/tacitConfig.cmake INSTALL_DESTINATION ${package_dir})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/tacitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/tacitConfig.cmake ${PROJECT_BINARY_DIR}/tacitConfigVersion.cmake
    DESTINATION ${package_dir})
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
