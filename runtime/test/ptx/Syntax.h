//===- Syntax.h - Statements of PTX, before they are decoded ----------------===//

#ifndef SHARDRT_TEST_PTX_SYNTAX_H
#define SHARDRT_TEST_PTX_SYNTAX_H

#include "Lexer.h"
#include "Program.h"

#include <optional>

namespace shardrt::ptx {

struct Operand {
  enum Kind : uint8_t {
    Register,
    Integer,
    Real,    // 0f or 0d: the bits in `value`
    Symbol,  // the address of a variable
    Name,    // a label or function
    Address, // [elements[0] + value]
    Vector,  // {elements}
    List,    // (elements), of a call
    Two,     // elements[0] | elements[1], destinations
    Sink,    // _
  } kind;
  explicit Operand(Kind kind) : kind(kind) {}
  uint32_t reg = 0;
  uint8_t bytes = 0; // of a Register (1 for predicates) or Real
  bool negated = false;
  int64_t value = 0;
  Variable variable;
  std::string_view name;
  std::vector<Operand> elements;
};

/// An instruction as it stands in the text.
struct Statement {
  uint32_t line;
  std::string_view mnemonic;
  std::vector<Operand> operands;
  std::optional<Operand> guard; // @%p or @!%p
};

/// Reads tokens one after the other.
class TokenReader {
public:
  explicit TokenReader(const std::vector<Token> &tokens) : next(tokens.data()) {}
  const Token &peek() const { return *next; }
  Token take() { return next->kind == Token::End ? *next : *next++; }
  /// Takes the next token if it is `text`.
  bool accept(std::string_view text);
  /// Takes `text` or fails.
  void expect(std::string_view text);
  Token expectName();
  /// Takes a number that is not negative.
  int64_t expectCount();
  uint32_t line() const { return next->line; }
  [[noreturn]] void unexpected(const std::string &wanted) const;

private:
  const Token *next;
};

/// Returns the value of an integer literal; `token` has no sign. Fails on others.
int64_t integerLiteral(const Token &token);

/// Returns the bytes of a type such as ".b32", and 0 if it is none; a predicate has one byte.
int typeBytes(std::string_view type);

} // namespace shardrt::ptx
#endif
