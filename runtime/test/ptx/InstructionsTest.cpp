//===- InstructionsTest.cpp - Single instructions ---------------------------===//
//
// For what compiled kernels seldom contain, and for numbers of 16 bits.
//
//===------------------------------------------------------------------------===//

#include "Launches.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <gtest/gtest.h>

using namespace shardrt::ptx;

namespace {

/// Runs `body`, which computes %r4 from %r1, %r2 and %r3, for each triple of numbers by a thread of its own; returns
/// its results.
std::vector<uint32_t> compute(const std::string &body, const std::vector<std::array<uint32_t, 3>> &triples,
                              const std::string &before = "") {
  auto module = parse(".version 8.0\n.target sm_90\n.address_size 64\n" + before +
                      ".visible .entry k(.param .u64 k_0, .param .u64 k_1) {\n"
                      ".reg .pred %p<9>; .reg .b16 %rs<9>; .reg .b32 %r<9>; .reg .b64 %rd<9>;\n"
                      "ld.param.b64 %rd1, [k_0]; ld.param.b64 %rd2, [k_1]; mov.u32 %r0, %tid.x;\n"
                      "mad.wide.u32 %rd1, %r0, 12, %rd1; mad.wide.u32 %rd2, %r0, 4, %rd2;\n"
                      "ld.global.b32 %r1, [%rd1]; ld.global.b32 %r2, [%rd1+4]; ld.global.b32 %r3, [%rd1+8];\n" +
                      body + "\nst.global.b32 [%rd2], %r4; ret; }\n");
  std::vector<uint32_t> results(triples.size());
  Call("k", 1, uint32_t(triples.size())).in(triples).out(results).run(*module);
  return results;
}

void expect(const std::string &body, std::array<uint32_t, 3> triple, uint32_t expected) {
  EXPECT_EQ(compute(body, {triple})[0], expected)
      << body << " of " << triple[0] << ", " << triple[1] << ", " << triple[2];
}
uint32_t bits(float x) {
  return std::bit_cast<uint32_t>(x);
}

TEST(PtxInstructionsTest, Bits) {
  expect("bfe.u32 %r4, %r1, %r2, %r3;", {0xabcd1234, 8, 8}, 0x12);
  expect("bfe.s32 %r4, %r1, %r2, %r3;", {0xabcd1234, 24, 8}, 0xffffffab);
  expect("bfe.s32 %r4, %r1, %r2, %r3;", {0x80000000, 28, 8}, 0xfffffff8); // the sign goes on beyond the end
  expect("bfe.s32 %r4, %r1, %r2, %r3;", {0x80000000, 40, 4}, 0xffffffff);
  expect("bfe.u32 %r4, %r1, %r2, %r3;", {0x80000000, 40, 4}, 0);
  expect("bfe.u32 %r4, %r1, %r2, %r3;", {0xffffffff, 0, 0}, 0);
  expect("bfi.b32 %r4, %r1, %r2, 8, 4;", {0xff, 0x10101010, 0}, 0x10101f10);
  expect("bfi.b32 %r4, %r1, %r2, 32, 4;", {0xff, 0x10101010, 0}, 0x10101010);
  expect("prmt.b32 %r4, %r1, %r2, %r3;", {0x33221100, 0x77665544, 0x7421}, 0x77442211);
  expect("prmt.b32 %r4, %r1, %r2, %r3;", {0x33228000, 0x77665544, 0x9810}, 0xff008000); // signs of bytes
  expect("prmt.b32.f4e %r4, %r1, %r2, %r3;", {0x33221100, 0x77665544, 1}, 0x44332211);
  expect("prmt.b32.b4e %r4, %r1, %r2, %r3;", {0x33221100, 0x77665544, 1}, 0x66770011);
  expect("prmt.b32.rc8 %r4, %r1, %r2, %r3;", {0x33221100, 0, 2}, 0x22222222);
  expect("prmt.b32.ecl %r4, %r1, %r2, %r3;", {0x33221100, 0, 2}, 0x33222222);
  expect("prmt.b32.ecr %r4, %r1, %r2, %r3;", {0x33221100, 0, 2}, 0x22221100);
  expect("prmt.b32.rc16 %r4, %r1, %r2, %r3;", {0x33221100, 0, 1}, 0x33223322);
  expect("lop3.b32 %r4, %r1, %r2, %r3, 0x96;", {0xff00ff00, 0xf0f0f0f0, 0xcccccccc},
         0xff00ff00 ^ 0xf0f0f0f0 ^ 0xcccccccc);
  expect("lop3.b32 %r4, %r1, %r2, %r3, 0xca;", {0xff00ff00, 0x12345678, 0x9abcdef0}, 0x12bc56f0); // a ? b : c
  expect("shf.l.clamp.b32 %r4, %r1, %r2, %r3;", {0x12345678, 0x9abcdef0, 40}, 0x12345678);
  expect("shf.r.clamp.b32 %r4, %r1, %r2, %r3;", {0x12345678, 0x9abcdef0, 40}, 0x9abcdef0);
  expect("shf.l.wrap.b32 %r4, %r1, %r2, %r3;", {0x12345678, 0x9abcdef0, 40}, 0xbcdef012);
  expect("shl.b32 %r4, %r1, %r2;", {1, 32, 0}, 0);
  expect("shr.s32 %r4, %r1, %r2;", {0x80000000, 99, 0}, 0xffffffff);
  expect("shr.u32 %r4, %r1, %r2;", {0x80000000, 32, 0}, 0);
  expect("bfind.u32 %r4, %r1;", {0x00010000, 0, 0}, 16);
  expect("bfind.s32 %r4, %r1;", {0xfffffffe, 0, 0}, 0);
  expect("bfind.u32 %r4, %r1;", {0, 0, 0}, 0xffffffff);
  expect("cnot.b32 %r4, %r1;", {0, 0, 0}, 1);
  expect("add.u16x2 %r4, %r1, %r2;", {0xffff0001, 0x00020003, 0}, 0x00010004);
  expect("max.s16x2 %r4, %r1, %r2;", {0xffff0001, 0x0002fffe, 0}, 0x00020001);
}

TEST(PtxInstructionsTest, IntegerArithmetic) {
  expect("mad.hi.u32 %r4, %r1, %r2, %r3;", {0xffffffff, 0xffffffff, 3}, 1);
  expect("mad.hi.s32 %r4, %r1, %r2, %r3;", {0xffffffff, 2, 3}, 2);
  expect("add.sat.s32 %r4, %r1, %r2;", {0x7fffffff, 5, 0}, 0x7fffffff);
  expect("sub.sat.s32 %r4, %r1, %r2;", {0x80000000, 5, 0}, 0x80000000);
  expect("div.s32 %r4, %r1, %r2;", {0x80000000, 0xffffffff, 0}, 0x80000000);
  expect("rem.s32 %r4, %r1, %r2;", {0x80000000, 0xffffffff, 0}, 0);
  // Carries of numbers of 64 bits in two registers.
  expect("add.cc.u32 %r5, %r1, 1; addc.u32 %r4, %r2, %r3;", {0xffffffff, 7, 8}, 16);
  expect("add.cc.u32 %r5, %r1, 1; addc.u32 %r4, %r2, %r3;", {0xfffffffe, 7, 8}, 15);
  expect("sub.cc.u32 %r5, %r1, 1; subc.u32 %r4, %r2, %r3;", {0, 9, 2}, 6);
  expect("mad.lo.cc.u32 %r5, %r1, 2, 0xffffffff; madc.hi.u32 %r4, %r1, 2, %r3;", {0x80000001, 0, 5}, 7);
  expect("selp.b32 %r4, %r1, %r2, 1;", {3, 4, 0}, 3);
  expect("slct.s32.s32 %r4, %r1, %r2, %r3;", {3, 4, 0xffffffff}, 4);
  expect("slct.s32.f32 %r4, %r1, %r2, %r3;", {3, 4, bits(0.5f)}, 3);
}

TEST(PtxInstructionsTest, Conversions) {
  expect("cvt.rni.s32.f32 %r4, %r1;", {bits(2.5f), 0, 0}, 2);
  expect("cvt.rmi.s32.f32 %r4, %r1;", {bits(-2.5f), 0, 0}, uint32_t(-3));
  expect("cvt.rpi.s32.f32 %r4, %r1;", {bits(2.1f), 0, 0}, 3);
  expect("cvt.rzi.u32.f32 %r4, %r1;", {bits(-7.0f), 0, 0}, 0);
  expect("cvt.rzi.s32.f32 %r4, %r1;", {0x7fc00000, 0, 0}, 0);
  expect("cvt.rzi.s64.f32 %rd3, %r1; mov.b64 {_, %r4}, %rd3;", {0x7fc00000, 0, 0}, 0x80000000);
  expect("cvt.sat.f32.f32 %r4, %r1;", {bits(7), 0, 0}, bits(1));
  expect("cvt.sat.f32.f32 %r4, %r1;", {0x7fc00000, 0, 0}, 0);
  expect("cvt.ftz.f32.f32 %r4, %r1;", {0x80000001, 0, 0}, 0x80000000);
  expect("cvt.sat.s8.s32 %r4, %r1;", {uint32_t(-300), 0, 0}, uint32_t(-128));
  expect("cvt.sat.u8.s32 %r4, %r1;", {uint32_t(-3), 0, 0}, 0);
  expect("cvt.s8.s32 %r4, %r1;", {0x1ff, 0, 0}, uint32_t(-1));
  expect("cvt.u8.u32 %r4, %r1;", {0x1ff, 0, 0}, 255);
  expect("cvt.s32.s8 %r4, %r1;", {0x80, 0, 0}, uint32_t(-128));
  expect("cvt.rz.f32.u32 %r4, %r1;", {0xffffffff, 0, 0}, 0x4f7fffff);
  expect("cvt.rp.f32.s32 %r4, %r1;", {0x80000001, 0, 0}, 0xceffffff);
  expect("mov.b64 %rd3, {%r1, %r2}; cvt.rz.f32.u64 %r4, %rd3;", {0xffffffff, 0xffffffff, 0}, 0x5f7fffff);
  expect("mov.b64 %rd3, {%r1, %r2}; cvt.rn.f32.u64 %r4, %rd3;", {1, 0x01000001, 0},
         0x5b800001); // not a tie, by one bit
  expect("cvt.rn.f16x2.f32 %r4, %r1, %r2;", {bits(1), bits(65520), 0}, 0x3c007c00);
  expect("cvt.rz.f16x2.f32 %r4, %r1, %r2;", {bits(1), bits(65520), 0}, 0x3c007bff);
  expect("cvt.rn.bf16x2.f32 %r4, %r1, %r2;", {bits(1), 0x3f808000, 0}, 0x3f803f80);
  expect("cvt.rn.bf16x2.f32 %r4, %r1, %r2;", {bits(1), 0x3f818000, 0}, 0x3f803f82);
  expect("cvt.rn.relu.bf16x2.f32 %r4, %r1, %r2;", {bits(-1), bits(2), 0}, 0x00004000);
  expect("cvt.rn.f16.f32 %rs1, %r1; mov.b32 %r4, {%rs1, %rs1};", {0x33800000, 0, 0},
         0x00010001); // 2^-24, the least f16
  expect("mov.b32 {%rs1, _}, %r1; cvt.f32.f16 %r4, %rs1;", {0x0001, 0, 0}, 0x33800000);
  expect("mov.b32 {%rs1, _}, %r1; cvt.f32.f16 %r4, %rs1;", {0xfc00, 0, 0}, 0xff800000);
}

TEST(PtxInstructionsTest, Predicates) {
  const std::string take = " selp.b32 %r4, 1, 0, %p1; selp.b32 %r5, 2, 0, %p2; or.b32 %r4, %r4, %r5;";
  expect("setp.lt.s32 %p1|%p2, %r1, %r2;" + take, {uint32_t(-1), 1, 0}, 1);
  expect("setp.lo.u32 %p1|%p2, %r1, %r2;" + take, {uint32_t(-1), 1, 0}, 2);
  expect("setp.ne.b32 %p3, %r3, 0; setp.eq.and.s32 %p1|%p2, %r1, %r2, %p3;" + take, {1, 1, 1}, 1);
  expect("setp.ne.b32 %p3, %r3, 0; setp.eq.and.s32 %p1|%p2, %r1, %r2, !%p3;" + take, {1, 2, 0}, 2);
  expect("setp.ne.b32 %p3, %r3, 0; setp.eq.or.s32 %p1|%p2, %r1, %r2, %p3;" + take, {1, 2, 1}, 3);
  expect("setp.ne.b32 %p3, %r3, 0; setp.eq.xor.s32 %p1|%p2, %r1, %r2, %p3;" + take, {1, 1, 1}, 2);
  expect("setp.eq.ftz.f32 %p1, %r1, %r2; mov.pred %p2, 0;" + take, {1, 0, 0}, 1);
  expect("setp.lt.bf16x2 %p1|%p2, %r1, %r2;" + take, {0x3f804000, 0x40003f80, 0}, 2);
  expect("testp.subnormal.f32 %p1, %r1; testp.normal.f32 %p2, %r1;" + take, {1, 0, 0}, 1);
  expect("mov.pred %p1, 1; not.pred %p2, %p1; xor.pred %p2, %p1, %p2;" + take, {0, 0, 0}, 3);
  // Guards of other instructions than branches.
  expect("setp.eq.b32 %p1, %r1, 5; mov.b32 %r4, 1; @%p1 mov.b32 %r4, 2; @!%p1 add.s32 %r4, %r4, 7;", {5, 0, 0}, 2);
  expect("setp.eq.b32 %p1, %r1, 5; mov.b32 %r4, 1; @%p1 mov.b32 %r4, 2; @!%p1 add.s32 %r4, %r4, 7;", {6, 0, 0}, 8);
}

/// The number of T, of 16 bits, that is next to `x`; the even one of two.
template <typename Value> uint16_t nearest(double x, uint16_t infinity, Value value) {
  uint16_t best = 0;
  for (uint32_t bit = 0x4000; bit; bit >>= 1) // the last one that is not above
    if (best + bit <= infinity && value(uint16_t(best + bit)) <= std::fabs(x))
      best = uint16_t(best + bit);
  if (best < infinity) {
    double below = std::fabs(x) - value(best), above = value(uint16_t(best + 1)) - std::fabs(x);
    best = uint16_t(best + (above < below || (above == below && best % 2)));
  }
  return uint16_t(best | (std::signbit(x) ? 0x8000 : 0));
}

double bfloat(uint16_t x) {
  return x == 0x7f80 ? 0x1p128
                     : double(std::bit_cast<float>(uint32_t(x) << 16)); // infinity is where the next number would be
}
double half(uint16_t x) {
  int exponent = x >> 10 & 31, significand = x & 1023;
  double magnitude = exponent ? std::ldexp(1024 + significand, exponent - 25) : std::ldexp(significand, -24);
  return x & 0x8000 ? -magnitude : magnitude;
}

/// Checks instructions on pairs of numbers, which double holds exactly together with their results.
template <typename Value>
void checkSmall(const std::string &type, uint16_t infinity, std::pair<int, int> exponents, Value value) {
  std::mt19937 generator(7);
  auto random = [&] {
    int significandBits = std::countr_zero(uint32_t(infinity) & -uint32_t(infinity));
    uint32_t exponent = uint32_t(exponents.first) + generator() % uint32_t(exponents.second - exponents.first + 1);
    return uint16_t((exponent << significandBits) | (generator() & ((1u << significandBits) - 1)) |
                    (generator() & 0x8000));
  };
  std::vector<std::array<uint32_t, 3>> triples(48);
  for (auto &triple : triples)
    for (uint32_t &pair : triple)
      pair = random() | uint32_t(random()) << 16;
  auto check = [&](const std::string &name, const std::string &operands, auto function) {
    std::vector<uint32_t> results = compute(name + "." + type + "x2 %r4, " + operands + ";", triples);
    for (size_t i = 0; i < triples.size(); ++i)
      for (int shift : {0, 16}) {
        double exact = function(value(uint16_t(triples[i][0] >> shift)), value(uint16_t(triples[i][1] >> shift)),
                                value(uint16_t(triples[i][2] >> shift)));
        EXPECT_EQ(uint16_t(results[i] >> shift), nearest(exact, infinity, value))
            << name << "." << type << " gives about " << exact;
      }
  };
  check("add.rn", "%r1, %r2", [](double a, double b, double) { return a + b; });
  check("sub.rn", "%r1, %r2", [](double a, double b, double) { return a - b; });
  check("mul.rn", "%r1, %r2", [](double a, double b, double) { return a * b; });
  check("fma.rn", "%r1, %r2, %r3", [](double a, double b, double c) { return a * b + c; });
  check("fma.rn.relu", "%r1, %r2, %r3", [](double a, double b, double c) { return std::max(a * b + c, 0.0); });
  check("min", "%r1, %r2", [](double a, double b, double) { return std::min(a, b); });
  check("max.NaN", "%r1, %r2", [](double a, double b, double) { return std::max(a, b); });
  check("neg", "%r1", [](double a, double, double) { return -a; });
  check("abs", "%r1", [](double a, double, double) { return std::fabs(a); });
}

TEST(PtxInstructionsTest, SmallFloats) {
  checkSmall("bf16", 0x7f80, {116, 138}, bfloat);
  checkSmall("bf16", 0x7f80, {0, 10}, bfloat);
  checkSmall("bf16", 0x7f80, {250, 254}, bfloat);
  checkSmall("f16", 0x7c00, {0, 12}, half);
  checkSmall("f16", 0x7c00, {10, 25}, half);
  checkSmall("f16", 0x7c00, {25, 30}, half);
}

TEST(PtxInstructionsTest, Atomics) {
  const std::string shared = ".shared .align 8 .b8 s[8];\n";
  // One thread, so that order does not matter: the old value times 2 plus the new one, of 32 bits.
  auto both = [&](const std::string &operation) {
    return "st.shared.b32 [s], %r1; atom.shared." + operation +
           "; ld.shared.b32 %r6, [s]; mad.lo.s32 %r4, %r5, 2, %r6;";
  };
  auto expectAtomic = [&](const std::string &operation, std::array<uint32_t, 3> triple, uint32_t updated) {
    EXPECT_EQ(compute(both(operation), {triple}, shared)[0], 2 * triple[0] + updated) << operation;
  };
  expectAtomic("add.u32 %r5, [s], %r2", {5, 6, 0}, 11);
  expectAtomic("min.s32 %r5, [s], %r2", {5, uint32_t(-6), 0}, uint32_t(-6));
  expectAtomic("max.u32 %r5, [s], %r2", {5, uint32_t(-6), 0}, uint32_t(-6));
  expectAtomic("and.b32 %r5, [s], %r2", {12, 10, 0}, 8);
  expectAtomic("or.b32 %r5, [s], %r2", {12, 10, 0}, 14);
  expectAtomic("xor.b32 %r5, [s], %r2", {12, 10, 0}, 6);
  expectAtomic("exch.b32 %r5, [s], %r2", {12, 10, 0}, 10);
  expectAtomic("cas.b32 %r5, [s], %r2, %r3", {12, 12, 9}, 9);
  expectAtomic("cas.b32 %r5, [s], %r2, %r3", {12, 13, 9}, 12);
  expectAtomic("inc.u32 %r5, [s], %r2", {12, 12, 0}, 0);
  expectAtomic("dec.u32 %r5, [s], %r2", {0, 12, 0}, 12);
  expectAtomic("add.f32 %r5, [s], %r2", {bits(1.5f), bits(2), 0}, bits(3.5f));
  expectAtomic("add.f32 %r5, [s], %r2", {1, 2, 0}, 3); // subnormal numbers
  expectAtomic("add.noftz.bf16x2 %r5, [s], %r2", {0x3f803f80, 0x40003f80, 0}, 0x40404000);
  // In global memory, they are zero.
  EXPECT_EQ(compute("st.global.b32 [%rd2], %r1; red.global.add.f32 [%rd2], %r2; ld.global.b32 %r4, [%rd2];",
                    {{{1, 2, 0}}})[0],
            0u);
}

TEST(PtxInstructionsTest, Warps) {
  std::vector<std::array<uint32_t, 3>> triples;
  for (uint32_t i = 0; i < 64; ++i)
    triples.push_back({i, i * i, 0});
  auto expectAll = [&](const std::string &body, auto function) {
    std::vector<uint32_t> results = compute(body, triples);
    for (uint32_t i = 0; i < 64; ++i)
      EXPECT_EQ(results[i], function(i, i % 32, i / 32 * 32)) << body << " in thread " << i;
  };
  const std::string range = " selp.b32 %r5, 1000, 0, %p1; add.s32 %r4, %r4, %r5;";
  expectAll("shfl.sync.up.b32 %r4|%p1, %r1, 3, 0, -1;" + range,
            [](uint32_t i, uint32_t lane, uint32_t) { return lane < 3 ? i : i - 3 + 1000; });
  expectAll("shfl.sync.down.b32 %r4|%p1, %r1, 3, 31, -1;" + range,
            [](uint32_t i, uint32_t lane, uint32_t) { return lane > 28 ? i : i + 3 + 1000; });
  expectAll("shfl.sync.bfly.b32 %r4|%p1, %r1, 5, 31, -1;" + range,
            [](uint32_t i, uint32_t, uint32_t) { return (i ^ 5) + 1000; });
  expectAll("shfl.sync.idx.b32 %r4, %r1, 9, 31, -1;", [](uint32_t, uint32_t, uint32_t warp) { return warp + 9; });
  // Within segments of 8 lanes.
  expectAll("shfl.sync.idx.b32 %r4, %r1, 2, 0x181f, -1;", [](uint32_t i, uint32_t, uint32_t) { return i / 8 * 8 + 2; });
  expectAll("shfl.sync.down.b32 %r4, %r1, 4, 0x181f, -1;",
            [](uint32_t i, uint32_t, uint32_t) { return i % 8 < 4 ? i + 4 : i; });
  expectAll("setp.lt.u32 %p1, %r1, 40; vote.sync.ballot.b32 %r4, %p1, -1;",
            [](uint32_t, uint32_t, uint32_t warp) { return warp ? 255u : ~0u; });
  const std::string vote = " selp.b32 %r4, 1, 0, %p2;";
  expectAll("setp.lt.u32 %p1, %r1, 40; vote.sync.all.pred %p2, %p1, -1;" + vote,
            [](uint32_t, uint32_t, uint32_t warp) { return warp ? 0u : 1u; });
  expectAll("setp.lt.u32 %p1, %r1, 32; vote.sync.any.pred %p2, !%p1, -1;" + vote,
            [](uint32_t, uint32_t, uint32_t warp) { return warp ? 1u : 0u; });
  expectAll("setp.lt.u32 %p1, %r1, 40; vote.sync.uni.pred %p2, %p1, -1;" + vote,
            [](uint32_t, uint32_t, uint32_t warp) { return warp ? 0u : 1u; });
  expectAll("redux.sync.add.u32 %r4, %r1, -1;", [](uint32_t, uint32_t, uint32_t warp) { return 32 * warp + 31 * 16; });
  expectAll("redux.sync.max.s32 %r4, %r1, -1;", [](uint32_t, uint32_t, uint32_t warp) { return warp + 31; });
  // Two halves of a warp that are apart, each with its own mask.
  expectAll(
      "and.b32 %r5, %r1, 31; setp.lt.u32 %p1, %r5, 16; @%p1 bra L; redux.sync.add.u32 %r4, %r1, 0xffff0000; bra M;\n"
      "L: redux.sync.min.u32 %r4, %r1, 0x0000ffff;\nM:",
      [](uint32_t, uint32_t lane, uint32_t warp) { return lane < 16 ? warp : 16 * warp + 376; });
}

} // namespace
