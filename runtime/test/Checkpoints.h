//===- Checkpoints.h - Safetensors files made for tests -----------------------------------===//
#ifndef SHARDRT_TEST_CHECKPOINTS_H
#define SHARDRT_TEST_CHECKPOINTS_H

#include "Process.h"
#include "program/Error.h"

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>

namespace shardrt::test {

/// Returns the bytes of a file with this header and this data.
inline std::string safetensors(const std::string &header, const std::string &data) {
  uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

template <typename T> std::string bytesOf(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

/// A tensor of a file that is put together.
struct TestTensor {
  std::string name, dtype, shape, data;
};

inline std::string safetensors(const std::vector<TestTensor> &tensors) {
  std::string header, data;
  for (const TestTensor &tensor : tensors) {
    header +=
        fmt::format("{}\"{}\":{{\"dtype\":\"{}\",\"shape\":{},\"data_offsets\":[{},{}]}}", header.empty() ? "{" : ",",
                    tensor.name, tensor.dtype, tensor.shape, data.size(), data.size() + tensor.data.size());
    data += tensor.data;
  }
  return safetensors(header + "}", data);
}

/// Returns the sentence with which `use` fails for a bad input, or "" where it does not fail.
template <typename Use> std::string refusal(Use use) {
  try {
    use();
    return "";
  } catch (const Error &error) {
    EXPECT_EQ(error.exit, Exit::BadInput);
    return error.what();
  }
}

} // namespace shardrt::test
#endif
