#pragma once

#include <filesystem>

#include "service/channel.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/service/client.hpp"

namespace tacit::service {

/// A file to be sent, mapped and hashed.
struct Parcel {
    explicit Parcel(const std::filesystem::path& path);
    MappedFile file;
    Digest hash{};
    [[nodiscard]] std::uint64_t bytes() const noexcept { return file.bytes().size(); }
};

/// Sends files, each only as far as the service does not have it.
class Sender {
public:
    Sender(Channel& channel, std::uint64_t total, UploadProgress progress)
        : channel_(channel), total_(total), progress_(std::move(progress)), patience_(channel) {}
    void send(const Parcel& parcel);

private:
    [[nodiscard]] v1::ObjectState state(const Digest& hash);
    void send_from(const Parcel& parcel, std::uint64_t offset);
    void report(std::uint64_t bytes_of_parcel);

    Channel& channel_;
    std::uint64_t total_;
    std::uint64_t finished_ = 0;  ///< bytes of parcels before this one
    UploadProgress progress_;
    Patience patience_;
};

}  // namespace tacit::service
