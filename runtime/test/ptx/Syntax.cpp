//===- Syntax.cpp - Statements of PTX, before they are decoded --------------===//

#include "Syntax.h"

#include <charconv>

using namespace shardrt::ptx;

bool TokenReader::accept(std::string_view text) {
  if (next->kind == Token::End || next->kind == Token::String || next->text != text)
    return false;
  ++next;
  return true;
}

void TokenReader::expect(std::string_view text) {
  if (!accept(text))
    unexpected("'" + std::string(text) + "'");
}

Token TokenReader::expectName() {
  if (next->kind != Token::Name)
    unexpected("a name");
  return *next++;
}

int64_t TokenReader::expectCount() {
  if (next->kind != Token::Number)
    unexpected("a number");
  int64_t value = integerLiteral(*next);
  if (value < 0 || value > int64_t(1) << 40)
    failAt(next->line, "number " + std::string(next->text) + " is too large");
  ++next;
  return value;
}

void TokenReader::unexpected(const std::string &wanted) const {
  failAt(next->line, "expected " + wanted + ", got " +
                         (next->kind == Token::End ? "the end" : "'" + std::string(next->text) + "'"));
}

int64_t shardrt::ptx::integerLiteral(const Token &token) {
  std::string_view digits = token.text;
  if (digits.ends_with('U'))
    digits.remove_suffix(1);
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    digits.remove_prefix(2);
  } else if (digits.starts_with("0b") || digits.starts_with("0B")) {
    base = 2;
    digits.remove_prefix(2);
  } else if (digits.size() > 1 && digits.starts_with('0')) {
    base = 8;
  }
  uint64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size())
    failAt(token.line, "'" + std::string(token.text) + "' is not an integer");
  return int64_t(value);
}

int shardrt::ptx::typeBytes(std::string_view type) {
  if (type == ".pred")
    return 1;
  if (type.size() < 3 || type[0] != '.' || std::string_view("bsuf").find(type[1]) == std::string_view::npos)
    return 0;
  std::string_view bits = type.substr(2);
  if (bits == "8" && type[1] != 'f')
    return 1;
  return bits == "16" ? 2 : bits == "32" ? 4 : bits == "64" ? 8 : 0;
}
