# The messages of the service, from src/service/training.proto. What protoc and its gRPC plugin write is code of theirs:
# compiled without our warnings, included as "service/training.pb.h" with system headers' leniency.
set(protocol_dir ${PROJECT_BINARY_DIR}/protocol)
set(protocol_source ${PROJECT_SOURCE_DIR}/src/service/training.proto)
set(protocol_files ${protocol_dir}/service/training.pb.cc ${protocol_dir}/service/training.grpc.pb.cc)
set(protocol_headers ${protocol_dir}/service/training.pb.h ${protocol_dir}/service/training.grpc.pb.h)
file(MAKE_DIRECTORY ${protocol_dir}/service)
add_custom_command(OUTPUT ${protocol_files} ${protocol_headers}
  COMMAND protobuf::protoc --proto_path=${PROJECT_SOURCE_DIR}/src --cpp_out=${protocol_dir} --grpc_out=${protocol_dir}
    --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> service/training.proto
  DEPENDS ${protocol_source} COMMENT "Making the messages of the service" VERBATIM)
target_sources(tacit_service PRIVATE ${protocol_files} ${protocol_headers})
set_source_files_properties(${protocol_files} PROPERTIES COMPILE_OPTIONS -w)
target_compile_definitions(tacit_service PRIVATE TACIT_VERSION="${PROJECT_VERSION}")
if(TACIT_SANITIZE)
  target_compile_definitions(tacit_service PRIVATE TACIT_SANITIZED)
endif()
target_include_directories(tacit_service SYSTEM PRIVATE ${protocol_dir})
