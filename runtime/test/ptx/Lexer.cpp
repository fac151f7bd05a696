//===- Lexer.cpp - Tokens of PTX --------------------------------------------===//

#include "Lexer.h"
#include "Program.h"

#include <cctype>

using namespace shardrt::ptx;

static bool isNamePart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '.' || c == '%';
}

std::vector<Token> shardrt::ptx::tokenise(std::string_view text) {
  std::vector<Token> tokens;
  uint32_t line = 1;
  size_t at = 0;
  while (at < text.size()) {
    char c = text[at];
    std::string_view rest = text.substr(at);
    if (c == '\n') {
      ++line;
      ++at;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at;
    } else if (rest.starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
    } else if (rest.starts_with("/*")) {
      size_t end = text.find("*/", at);
      if (end == text.npos)
        failAt(line, "a comment has no end");
      for (; at < end + 2; ++at)
        line += text[at] == '\n';
    } else if (c == '"') {
      size_t end = text.find_first_of("\"\n", at + 1);
      if (end == text.npos || text[end] == '\n')
        failAt(line, "a string has no end");
      tokens.push_back({Token::String, text.substr(at + 1, end - at - 1), line});
      at = end + 1;
    } else if (isNamePart(c)) {
      size_t end = at;
      // "::" is part of names, as in ld.shared::cta.
      while (end < text.size() && (isNamePart(text[end]) || text.substr(end, 2) == "::"))
        end += text[end] == ':' ? 2 : 1;
      bool isNumber = std::isdigit(static_cast<unsigned char>(c));
      tokens.push_back({isNumber ? Token::Number : Token::Name, text.substr(at, end - at), line});
      at = end;
    } else if (std::string_view("{}[](),;:@!+-|=<>").find(c) != std::string_view::npos) {
      tokens.push_back({Token::Mark, text.substr(at, 1), line});
      ++at;
    } else {
      failAt(line, "unexpected character '" + std::string(1, c) + "'");
    }
  }
  tokens.push_back({Token::End, "", line});
  return tokens;
}
