#pragma once

#include "mpc.hpp"
#include "tacit/mpc/predict.hpp"

namespace tacit::app::mpc {

struct OfferCommand {
    fs::path model;
    fs::path out;
};
/// What clients of a model need: columns and classes.
void offer(const OfferCommand& command);

struct PredictCommand {
    SessionOptions session;
    fs::path model;  ///< the server's
    std::uint64_t queries = 1000;
    bool once = false;         ///< the server's: one session, and its error is the command's
    std::size_t at_once = 16;  ///< the server's: sessions at a time
    fs::path offer;            ///< the client's, with the rows and where the answers go
    fs::path data;
    fs::path out;
    char delimiter = ',';
    tacit::mpc::PredictOutput reveal = tacit::mpc::PredictOutput::label;
};
void predict(const PredictCommand& command);

}  // namespace tacit::app::mpc
