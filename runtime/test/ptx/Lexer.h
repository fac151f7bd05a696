//===- Lexer.h - Tokens of PTX ----------------------------------------------===//

#ifndef SHARDRT_TEST_PTX_LEXER_H
#define SHARDRT_TEST_PTX_LEXER_H

#include <cstdint>
#include <string_view>
#include <vector>

namespace shardrt::ptx {

/// A name (instruction with its modifiers, register, directive, symbol), number, string or punctuation mark.
struct Token {
  enum Kind : uint8_t { Name, Number, String, Mark, End } kind;
  std::string_view text;
  uint32_t line;
};

/// Returns the tokens of `text`, and an End. Comments are left out. Throws at what cannot be a token.
std::vector<Token> tokenise(std::string_view text);

} // namespace shardrt::ptx
#endif
