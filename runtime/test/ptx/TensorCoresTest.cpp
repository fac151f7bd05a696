//===- TensorCoresTest.cpp - mma, ldmatrix and cp.async ---------------------===//

#include "Launches.h"

#include <algorithm>
#include <bit>
#include <gtest/gtest.h>

using namespace shardrt::ptx;

namespace {

/// A kernel of two pointers, in %rd1 and %rd2, with tid.x in %r1 and 4 * tid.x in %rd3 and %r2.
std::string kernel(const std::string &body) {
  return ".version 8.0\n.target sm_90\n.address_size 64\n.shared .align 16 .b8 s[4096];\n"
         ".visible .entry k(.param .u64 k_0, .param .u64 k_1) {\n"
         ".reg .pred %p<9>; .reg .b32 %r<32>; .reg .b64 %rd<16>;\n"
         "ld.param.b64 %rd1, [k_0]; ld.param.b64 %rd2, [k_1]; mov.u32 %r1, %tid.x;\n"
         "shl.b32 %r2, %r1, 2; cvt.u64.u32 %rd3, %r2; mov.b64 %rd4, s; cvt.u32.u64 %r3, %rd4; add.u32 %r4, %r3, "
         "%r2;\n" +
         body + "\nret;\n}\n";
}

/// Runs a kernel of 32 threads (or `threads`) on `input`; returns `count` words.
std::vector<uint32_t> run(const std::string &body, const std::vector<uint32_t> &input, size_t count,
                          uint32_t threads = 32) {
  std::vector<uint32_t> output(count);
  Call("k", 1, threads).in(input).out(output).run(*parse(kernel(body)));
  return output;
}

std::string complaint(const std::string &body, uint32_t threads = 32) {
  try {
    run(body, std::vector<uint32_t>(256), 256, threads);
    return "";
  } catch (const std::runtime_error &error) {
    return error.what();
  }
}
void expectFault(const std::string &body, const std::string &expected, uint32_t threads = 32) {
  std::string got = complaint(body, threads);
  EXPECT_NE(got.find(expected), std::string::npos) << "wanted: " << expected << "\ngot: " << got;
}

uint16_t bfloat(int x) {
  return uint16_t(std::bit_cast<uint32_t>(float(x)) >> 16);
}

TEST(PtxTensorCoresTest, ProductOfMatrices) {
  int a[16][16], b[16][8];
  for (int i = 0; i < 16; ++i)
    for (int k = 0; k < 16; ++k)
      a[i][k] = (7 * i + 3 * k) % 11 - 5;
  for (int k = 0; k < 16; ++k)
    for (int j = 0; j < 8; ++j)
      b[k][j] = (5 * k + j * j) % 9 - 4;
  std::vector<uint32_t> input; // a word of each register for each lane
  auto pair = [&](int low, int high) { input.push_back(bfloat(low) | uint32_t(bfloat(high)) << 16); };
  for (int reg = 0; reg < 4; ++reg)
    for (int lane = 0; lane < 32; ++lane) {
      int row = lane / 4 + reg % 2 * 8, column = lane % 4 * 2 + reg / 2 * 8;
      pair(a[row][column], a[row][column + 1]);
    }
  for (int reg = 0; reg < 2; ++reg)
    for (int lane = 0; lane < 32; ++lane) {
      int row = lane % 4 * 2 + reg * 8, column = lane / 4;
      pair(b[row][column], b[row + 1][column]);
    }
  std::string body = "add.s64 %rd5, %rd1, %rd3; add.s64 %rd6, %rd2, %rd3;\n";
  for (int reg = 0; reg < 6; ++reg)
    body += "ld.global.b32 %r" + std::to_string(10 + reg) + ", [%rd5+" + std::to_string(128 * reg) + "];\n";
  body += "mov.b32 %r20, 0f3F800000;\n"
          "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r21, %r22, %r23, %r24}, {%r10, %r11, %r12, %r13}, "
          "{%r14, %r15}, "
          "{%r20, %r20, %r20, %r20};\n";
  for (int reg = 0; reg < 4; ++reg)
    body += "st.global.b32 [%rd6+" + std::to_string(128 * reg) + "], %r" + std::to_string(21 + reg) + ";\n";
  std::vector<uint32_t> output = run(body, input, 128);
  for (int reg = 0; reg < 4; ++reg)
    for (int lane = 0; lane < 32; ++lane) {
      int row = lane / 4 + reg / 2 * 8, column = lane % 4 * 2 + reg % 2, sum = 1;
      for (int k = 0; k < 16; ++k)
        sum += a[row][k] * b[k][column];
      EXPECT_EQ(std::bit_cast<float>(output[size_t(32 * reg + lane)]), float(sum));
    }
}

/// Each thread puts a word into shared memory; the rows of four 8 x 8 matrices are 16 bytes each there.
std::string loadMatrices(const std::string &modifier) {
  return "add.s64 %rd5, %rd1, %rd3; ld.global.v4.b32 {%r10, %r11, %r12, %r13}, [%rd5];\n" // words 4 t to 4 t + 3
         "st.shared.v4.b32 [%r4], {%r10, %r11, %r12, %r13}; bar.sync 0;\n"
         "ldmatrix.sync.aligned.m8n8.x4" +
         modifier +
         ".shared.b16 {%r20, %r21, %r22, %r23}, [%r4];\n"
         "add.s64 %rd6, %rd2, %rd3; st.global.v4.b32 [%rd6], {%r20, %r21, %r22, %r23};";
}

TEST(PtxTensorCoresTest, Matrices) {
  std::vector<uint32_t> input(128);
  for (uint32_t i = 0; i < 128; ++i)
    input[i] = 2 * i | (2 * i + 1) << 16; // elements count from 0: row r of matrix m begins with 64 m + 8 r
  const std::string scale = "shl.b32 %r2, %r1, 4; cvt.u64.u32 %rd3, %r2; add.u32 %r4, %r3, %r2;\n";
  std::vector<uint32_t> rows = run(scale + loadMatrices(""), input, 128),
                        columns = run(scale + loadMatrices(".trans"), input, 128);
  for (uint32_t lane = 0; lane < 32; ++lane)
    for (uint32_t matrix = 0; matrix < 4; ++matrix) {
      uint32_t first = 64 * matrix + 8 * (lane / 4) + 2 * (lane % 4), down = 64 * matrix + 16 * (lane % 4) + lane / 4;
      EXPECT_EQ(rows[4 * lane + matrix], first | (first + 1) << 16);
      EXPECT_EQ(columns[4 * lane + matrix], down | (down + 8) << 16);
    }
}

TEST(PtxTensorCoresTest, NeedWholeWarps) {
  const std::string load =
      "shl.b32 %r2, %r1, 4; add.u32 %r4, %r3, %r2; st.shared.v4.b32 [%r4], {%r1, %r1, %r1, %r1}; bar.sync 0;\n"
      "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r20, %r21, %r22, %r23}, [%r4];";
  EXPECT_EQ(complaint(load), "");
  expectFault(load, "needs whole warps, and the block has 16 threads", 16);
  expectFault("setp.lt.u32 %p1, %r1, 20; @!%p1 exit;\n" + load, "which never comes");
}

/// Thread t starts the copy of a word to its place in shared memory.
const std::string start =
    "add.s64 %rd5, %rd1, %rd3; add.s64 %rd6, %rd2, %rd3; cp.async.ca.shared.global [%r4], [%rd5], 4;\n";
const std::string finish = "st.global.b32 [%rd6], %r10;";

TEST(PtxAsyncCopiesTest, ArriveWhenTheyAreWaitedFor) {
  std::vector<uint32_t> input(32);
  for (uint32_t i = 0; i < 32; ++i)
    input[i] = 100 + i;
  const std::string read = "ld.shared.b32 %r10, [%r4];\n";
  EXPECT_EQ(run(start + "cp.async.wait_all;\n" + read + finish, input, 32), input);
  EXPECT_EQ(run(start + "cp.async.commit_group; cp.async.wait_group 0;\n" + read + finish, input, 32), input);
  std::vector<uint32_t> notYet(32, ~uint32_t(0));
  EXPECT_EQ(run(start + read + finish, input, 32), notYet);
  EXPECT_EQ(run(start + "cp.async.commit_group; cp.async.wait_group 1;\n" + read + finish, input, 32), notYet);
  EXPECT_EQ(run(start + "cp.async.wait_group 0;\n" + read + finish, input, 32), notYet); // it is in no group
}

TEST(PtxAsyncCopiesTest, ZerosInsteadOfWhatIsNotRead) {
  const std::string copy =
      "add.s64 %rd6, %rd2, %rd3; shl.b32 %r5, %r1, 4; add.u32 %r5, %r3, %r5; mov.b32 %r6, 0;\n"
      "cp.async.cg.shared.global [%r5], [%rd1+1048576], 16, %r6; cp.async.wait_all; ld.shared.b32 %r10, [%r5];\n";
  EXPECT_EQ(run(copy + finish, std::vector<uint32_t>(4), 32), std::vector<uint32_t>(32));
  expectFault("mov.b32 %r6, 8; cp.async.cg.shared.global [%r3], [%rd1], 16, %r6;", "reads 8 bytes to write 16", 1);
}

TEST(PtxAsyncCopiesTest, Race) {
  const std::string neighbours = "xor.b32 %r5, %r2, 4; add.u32 %r5, %r3, %r5; ld.shared.b32 %r10, [%r5];\n";
  EXPECT_EQ(complaint(start + "cp.async.wait_all; bar.sync 0;\n" + neighbours + finish), "");
  expectFault(start + "cp.async.wait_all;\n" + neighbours + finish, "has written since the last barrier");
  expectFault("st.shared.b32 [%r4], %r1; bar.sync 0;\n" + neighbours + start, "has read since the last barrier");
  // The neighbour reads behind a barrier, but the copy arrives behind it too.
  expectFault(start + "bar.sync 0;\n" + neighbours + "cp.async.wait_all;",
              "waits for a copy to offset 0 of shared memory, which another thread has used since the last barrier");
}

TEST(PtxAsyncCopiesTest, AccessesOutOfBounds) {
  expectFault("cp.async.cg.shared.global [%r3], [%rd1+1024], 16;", "behind the end of 'argument 0'", 1);
  expectFault("cp.async.cg.shared.global [%r3+4096], [%rd1], 16;", "of shared memory, outside of every variable", 1);
  expectFault("cp.async.cg.shared.global [%r3+4], [%rd1], 16;", "which is not a multiple of 16", 1);
}

} // namespace
