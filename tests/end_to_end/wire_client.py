"""A customer who sends whatever they like: calls of training.proto with messages as bytes."""
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc

PROTOCOL = Path(__file__).resolve().parents[2] / "src/service/training.proto"
_generated = tempfile.TemporaryDirectory(prefix="tacit-protocol-")
subprocess.run(["protoc", f"--proto_path={PROTOCOL.parent}", f"--python_out={_generated.name}", PROTOCOL.name],
               check=True)
sys.path.insert(0, _generated.name)
import training_pb2 as messages  # noqa: E402

# Method: its request, and whether requests or replies are streams.
METHODS = {"Hello": (messages.HelloRequest, False, False), "FindObject": (messages.ObjectName, False, False),
           "SendObject": (messages.UploadPiece, True, False), "Submit": (messages.JobObjects, False, False),
           "HandIn": (messages.RefreshedState, False, False), "FindJob": (messages.JobName, False, False),
           "ListJobs": (messages.ListRequest, False, False), "Cancel": (messages.JobName, False, False),
           "Remove": (messages.JobName, False, False), "Clean": (messages.CleanRequest, False, False),
           "FetchObject": (messages.FetchRequest, False, True)}


class WireClient:
    """A connection with a pinned identity."""

    def __init__(self, identity, server_certificate, address):
        certificate = (identity / "identity.crt").read_bytes()
        credentials = grpc.ssl_channel_credentials(server_certificate.read_bytes(),
                                                   (identity / "identity.key").read_bytes(), certificate)
        self.channel = grpc.secure_channel(address, credentials, options=[
            ("grpc.ssl_target_name_override", "trainer"), ("grpc.max_send_message_length", -1)])

    def call(self, method, *requests, timeout=30):
        """The status, and the bytes that came: of one message, or of all of a stream."""
        _, up, down = METHODS[method]
        kind = {(False, False): "unary_unary", (True, False): "stream_unary", (False, True): "unary_stream"}[up, down]
        function = getattr(self.channel, kind)(f"/tacit.service.v1.Training/{method}")
        try:
            reply = function(iter(requests) if up else requests[0], timeout=timeout)
            return grpc.StatusCode.OK, b"".join(reply) if down else reply
        except grpc.RpcError as error:
            return error.code(), error.details().encode()

    def close(self):
        self.channel.close()
