//===- Body.h - Declarations, and bodies of functions -----------------------===//

#ifndef SHARDRT_TEST_PTX_BODY_H
#define SHARDRT_TEST_PTX_BODY_H

#include "Syntax.h"

#include <map>

namespace shardrt::ptx {

struct RegisterPlace {
  uint32_t offset;
  uint8_t bytes;
};

/// The names of a scope, and of those around it.
class Names {
public:
  explicit Names(const Names *outer = nullptr) : outer(outer) {}
  void add(std::string_view name, const Variable &variable, uint32_t line);
  /// Adds the registers name0, name1, ...; or one register `name` where `count` is 0.
  void addRegisters(std::string_view name, int64_t count, RegisterPlace first, uint32_t line);
  const Variable *find(std::string_view name) const;
  std::optional<RegisterPlace> findRegister(std::string_view name) const;

private:
  struct Registers {
    int64_t count;
    RegisterPlace first;
  };
  const Names *outer;
  std::map<std::string_view, Variable> variables;
  std::map<std::string_view, Registers> registers;
};

/// A variable as declared: `.align 4 .b8 name[16]`; one of unknown size has no bytes.
struct Declaration {
  std::string_view name;
  Variable variable; // its bytes and alignment
  int64_t elementBytes;
  uint32_t line;
};
Declaration parseDeclaration(TokenReader &reader);

/// Adds a shared variable to `layout`, or places it after all others where its size is not known.
void addShared(SharedLayout &layout, Declaration &declaration, bool isExtern);

/// Reads a number, with its sign, that fits `bytes`; returns its bits.
int64_t literal(TokenReader &reader, int64_t bytes);

/// Parses and decodes the body of `function`, whose parameters are in `params`.
void parseBody(Program &program, Function &function, TokenReader &reader, const Names &params);

} // namespace shardrt::ptx
#endif
