#include "service/sender.hpp"

#include <algorithm>

#include "service/wire.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::service {

Parcel::Parcel(const std::filesystem::path& path) : file(MappedFile::open(path)) {
    Hasher hasher;
    hasher.update(file.bytes());
    hash = hasher.finish();
}

void Sender::send(const Parcel& parcel) {
    std::uint64_t before = 0;
    while (true) {
        try {
            const v1::ObjectState here = state(parcel.hash);
            if (here.complete()) break;
            if (here.bytes() > before) patience_.renew();
            before = here.bytes();
            send_from(parcel, here.bytes());
        } catch (const Error& error) {
            patience_.after(error);
        }
    }
    patience_.renew();
    report(parcel.bytes());
    finished_ += parcel.bytes();
}

v1::ObjectState Sender::state(const Digest& hash) {
    ShortCall call;
    v1::ObjectName name;
    name.set_hash(to_wire(hash));
    v1::ObjectState state;
    channel_.check(channel_.stub().FindObject(call.get(), name, &state));
    return state;
}

void Sender::send_from(const Parcel& parcel, std::uint64_t offset) {
    grpc::ClientContext context;
    v1::ObjectState reply;
    const auto stream = channel_.stub().SendObject(&context, &reply);
    v1::UploadPiece piece;
    piece.mutable_header()->set_hash(to_wire(parcel.hash));
    piece.mutable_header()->set_bytes(parcel.bytes());
    piece.mutable_header()->set_offset(offset);
    bool going = stream->Write(piece);
    while (going && offset < parcel.bytes()) {
        if (interruption_requested()) context.TryCancel();
        throw_if_interrupted();
        const std::size_t size = std::min<std::uint64_t>(piece_bytes, parcel.bytes() - offset);
        const auto bytes = parcel.file.bytes().subspan(static_cast<std::size_t>(offset), size);
        piece.set_data(bytes.data(), bytes.size());
        going = stream->Write(piece);
        offset += size;
        if (going) report(offset);
    }
    stream->WritesDone();
    channel_.check(stream->Finish());
}

void Sender::report(std::uint64_t bytes_of_parcel) {
    if (progress_) progress_(finished_ + bytes_of_parcel, total_);
}

}  // namespace tacit::service
