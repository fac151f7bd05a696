//===- Tokens.h - Files of token ids ----------------------------------------------===//
#ifndef SHARDRT_LIB_FILES_TOKENS_H
#define SHARDRT_LIB_FILES_TOKENS_H

#include "program/InputFile.h"

namespace shardrt {

/// Where the tokens of a file lie: from byte `start` on, little-endian.
struct TokenLayout {
  int64_t start;
  int64_t bytesPerToken; ///< 1, 2 or 4
};

/// A file of tokens. Its name says what it holds: `raw16:FILE` and `raw32:FILE` tokens of 16 and 32 bits, `text:FILE`
/// bytes that are tokens, and FILE alone is llm.c's .bin, whose header tells.
class TokenFile {
public:
  /// Checks that there are at least `sequenceLength` + 2 tokens, and that all are below `vocabSize`. Throws Error
  /// (BadInput).
  TokenFile(const std::string &name, int64_t sequenceLength, int64_t vocabSize);

  int64_t size() const { return count; }

  /// Writes the inputs and targets of sample `sample` of the run: `sequenceLength` tokens each, the targets one token
  /// later. Allocates nothing. Throws Error (BadInput) where the file has become shorter.
  void readSample(int64_t sample, int32_t *tokens, int32_t *targets) const;

private:
  const int64_t sequenceLength;
  const InputFile file;
  const TokenLayout layout;
  const int64_t count;

  void checkTokens(int64_t vocabSize) const;
  /// Reads tokens [first, first + number); at most tokensPerRead.
  void read(int64_t first, int64_t number, int32_t *tokens) const;
};

} // namespace shardrt
#endif
