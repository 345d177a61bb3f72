#pragma once

#include <sqlite3.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tacit::service {

/// A prepared statement with its arguments. Every error of SQLite is thrown as io_failure.
class Statement {
public:
    Statement(sqlite3* database, const char* sql);

    /// Fills the question marks in their order: integers, doubles, texts, arrays of bytes.
    template <class... Arguments>
    Statement& bind(const Arguments&... arguments) {
        int index = 0;
        (bind_one(++index, arguments), ...);
        return *this;
    }
    /// Whether there is a (next) row.
    bool step();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] bool is_null(int column) const;
    /// Bytes of an exact length; others mean that the file was tampered with, an io_failure.
    template <class Array>
    [[nodiscard]] Array bytes(int column) const {
        Array array{};
        copy_bytes(column, std::as_writable_bytes(std::span(array)));
        return array;
    }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };
    void bind_one(int index, std::integral auto value) { bind_integer(index, static_cast<std::int64_t>(value)); }
    void bind_one(int index, double value);
    void bind_one(int index, const std::string& value);
    template <std::size_t size>
    void bind_one(int index, const std::array<std::byte, size>& value) {
        bind_bytes(index, value);
    }
    void bind_integer(int index, std::int64_t value);
    void bind_bytes(int index, std::span<const std::byte> value);
    void copy_bytes(int column, std::span<std::byte> out) const;
    void check(int result) const;

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A database file with write-ahead log in which every commit reaches the disk. One thread at a time.
class Database {
public:
    /// Throws io_failure if the file is damaged.
    explicit Database(const std::filesystem::path& path);

    template <class... Arguments>
    [[nodiscard]] Statement query(const std::string& sql, const Arguments&... arguments) {
        Statement statement(handle_.get(), sql.c_str());
        statement.bind(arguments...);
        return statement;
    }
    /// A statement without rows; returns how many rows it changed.
    template <class... Arguments>
    int run(const std::string& sql, const Arguments&... arguments) {
        static_cast<void>(query(sql, arguments...).step());
        return sqlite3_changes(handle_.get());
    }
    /// Statements separated by semicolons.
    void script(const char* sql);

private:
    void require_intact();

    struct Close {
        void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// All or nothing: rolled back unless commit() was called.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) { database_.script("BEGIN IMMEDIATE"); }
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace tacit::service
