#include "service/database.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace tacit::service {

namespace {

[[noreturn]] void fail_database(sqlite3* database) {
    fail(ErrorCode::io_failure, "the store's database: {}; check disk and permissions of the store's folder",
         database == nullptr ? "out of memory" : sqlite3_errmsg(database));
}

}  // namespace

Statement::Statement(sqlite3* database, const char* sql) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr));
    statement_.reset(statement);
}

bool Statement::step() {
    const int result = sqlite3_step(statement_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE) fail_database(database_);
    return result == SQLITE_ROW;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return text == nullptr ? std::string() : std::string(text);
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

void Statement::bind_integer(int index, std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), index, value));
}

void Statement::bind_one(int index, double value) { check(sqlite3_bind_double(statement_.get(), index, value)); }

void Statement::bind_one(int index, const std::string& value) {
    check(sqlite3_bind_text64(statement_.get(), index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_bytes(int index, std::span<const std::byte> value) {
    check(sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(), SQLITE_TRANSIENT));
}

void Statement::copy_bytes(int column, std::span<std::byte> out) const {
    const auto* from = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (from == nullptr || static_cast<std::size_t>(size) != out.size()) {
        fail(ErrorCode::io_failure, "the store's database has {} bytes where {} belong; restore it from a copy", size,
             out.size());
    }
    std::copy_n(from, out.size(), out.begin());
}

void Statement::check(int result) const {
    if (result != SQLITE_OK) fail_database(database_);
}

Database::Database(const std::filesystem::path& path) {
    sqlite3* database = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &database,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(database);
    if (result != SQLITE_OK) fail_database(database);
    script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    require_intact();
}

/// Cost: reading the file, which is small beside what it speaks of.
void Database::require_intact() {
    Statement check = query("PRAGMA integrity_check(1)");
    if (check.step() && check.text(0) == "ok") return;
    fail(ErrorCode::io_failure,
         "the store's database is damaged: {}; restore it from a copy, or choose another folder "
         "and have the customers submit again",
         check.text(0));
}

void Database::script(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail_database(handle_.get());
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        database_.script("ROLLBACK");
    } catch (const Error&) {
        // SQLite rolls some failures back by itself; there is nothing left to undo
    }
}

void Transaction::commit() {
    database_.script("COMMIT");
    open_ = false;
}

}  // namespace tacit::service
