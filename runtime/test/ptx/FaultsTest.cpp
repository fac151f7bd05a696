//===- FaultsTest.cpp - What a launch must not do ---------------------------===//

#include "Launches.h"

#include <gtest/gtest.h>

using namespace shardrt::ptx;

namespace {

/// Returns a module with the kernel `k`, which has one pointer parameter and loads it to %rd1, and tid.x to %r1.
std::string kernel(const std::string &body, const std::string &before = "", const std::string &limits = "") {
  return ".version 8.0\n.target sm_90\n.address_size 64\n" + before + "\n.visible .entry k(.param .u64 k_0)\n" +
         limits +
         "\n{\n.reg .pred %p<9>; .reg .b16 %rs<9>; .reg .b32 %r<9>; .reg .b64 %rd<9>;\n"
         "ld.param.b64 %rd1, [k_0];\nmov.u32 %r1, %tid.x;\nmul.wide.u32 %rd2, %r1, 4;\nadd.s64 %rd3, %rd1, %rd2;\n" +
         body + "\nret;\n}\n";
}

/// Runs a kernel with this body on one block and 16 integers, which the parameter points to. Returns the error, or "".
std::string complaint(const std::string &text, uint32_t threads = 8, bool writable = true,
                      std::vector<int> *data = nullptr) {
  std::vector<int> own(16);
  std::vector<int> &memory = data ? *data : own;
  try {
    Call call("k", 1, threads);
    (writable ? call.out(memory) : call.in(memory)).run(*parse(text));
    return "";
  } catch (const std::runtime_error &error) {
    return error.what();
  }
}

void expectFault(const std::string &text, const std::string &expected, uint32_t threads = 8, bool writable = true) {
  std::string got = complaint(text, threads, writable);
  EXPECT_NE(got.find(expected), std::string::npos) << "wanted: " << expected << "\ngot: " << got;
}

std::string parseComplaint(const std::string &text) {
  try {
    parse(text);
    return "";
  } catch (const std::runtime_error &error) {
    return error.what();
  }
}

void expectRefusal(const std::string &text, const std::string &expected) {
  std::string got = parseComplaint(text);
  EXPECT_NE(got.find(expected), std::string::npos) << "wanted: " << expected << "\ngot: " << got;
  EXPECT_TRUE(got.starts_with("line ")) << got;
}

TEST(PtxFaultsTest, AccessesOutOfBounds) {
  EXPECT_EQ(complaint(kernel("ld.global.b32 %r2, [%rd3+32];")), "");
  expectFault(kernel("ld.global.b32 %r2, [%rd3+36];"),
              "kernel 'k', line 13 ('ld.global.b32 %r2, [%rd3+36];'), block (0,0,0), "
              "thread (7,0,0): reads 4 bytes at address 0x");
  expectFault(kernel("ld.global.b32 %r2, [%rd3+36];"),
              "which ends 4 bytes behind the end of 'argument 0', of 64 bytes");
  expectFault(kernel("st.global.b32 [%rd3+-4], %r1;"), "thread (0,0,0): writes 4 bytes at address 0x");
  expectFault(kernel("st.global.b32 [%rd3+-4], %r1;"), "4 bytes before the begin of 'argument 0'");
  expectFault(kernel("ld.global.v4.b32 {%r2, %r3, %r4, %r5}, [%rd1+56];"), "which is not a multiple of 16");
  expectFault(kernel("mov.b64 %rd4, 0; ld.b32 %r2, [%rd4];"), "at address 0x0, which is in no memory of the launch");
  expectFault(kernel("ld.shared.b32 %r2, [%rd2];", ".shared .align 4 .b8 s[8];"), "which nothing has written");
  expectFault(kernel("st.shared.b32 [%rd2+112], %r1;", ".shared .align 4 .b8 s[8];"),
              "of shared memory, outside of every variable");
  expectFault(kernel("st.shared.b32 [%rd2+112], %r1;", ".shared .align 4 .b8 s[128];"),
              "thread (4,0,0): writes 4 bytes at offset 128 of shared memory, outside of every variable");
  expectFault(kernel("st.shared.b32 [%rd2+1000], %r1;", ".shared .align 4 .b8 s[128];"),
              "of shared memory, which has 256");
  expectFault(kernel(".local .align 4 .b8 l[16]; mov.b64 %rd4, l; add.s64 %rd4, %rd4, %rd2; st.local.b32 [%rd4], %r1;"),
              "thread (4,0,0): writes 4 bytes at offset 16 of local memory, which has 16");
  expectFault(kernel("ld.const.b32 %r2, [%rd2];", ".const .align 4 .b32 c[4] = {1, 2, 3, 4};"),
              "of constant memory, which has 16");
}

TEST(PtxFaultsTest, MisalignedAccesses) {
  expectFault(kernel("ld.global.b32 %r2, [%rd3+2];"), "which is not a multiple of 4");
  expectFault(kernel("st.shared.b16 [%rd2+1], %rs1;", ".shared .align 4 .b8 s[128];"), "which is not a multiple of 2");
}

TEST(PtxFaultsTest, WritesToReadOnlyMemory) {
  EXPECT_EQ(complaint(kernel("ld.global.b32 %r2, [%rd3];"), 8, false), "");
  expectFault(kernel("st.global.b32 [%rd3], %r1;"),
              "thread (0,0,0): writes 4 bytes at offset 0 of 'argument 0', which is read-only", 8, false);
  expectFault(kernel("atom.global.add.u32 %r2, [%rd3+8], 1;"),
              "updates 4 bytes at offset 8 of 'argument 0', which is read-only", 8, false);
  expectFault(kernel("mov.b64 %rd4, c; cvta.const.u64 %rd4, %rd4; st.b32 [%rd4], %r1;", ".const .b32 c = 3;"),
              "writes 4 bytes of constant memory, which is read-only");
}

TEST(PtxFaultsTest, RacesInSharedMemory) {
  const std::string array = ".shared .align 4 .b8 s[64];";
  const std::string put = "st.shared.b32 [%rd2], %r1;", takeNext = "ld.shared.b32 %r2, [s];";
  EXPECT_EQ(complaint(kernel(put + "bar.sync 0;" + takeNext, array)), "");
  expectFault(kernel(put + "\n" + takeNext, array), "thread (1,0,0): reads 4 bytes at offset 0 of shared memory, which "
                                                    "thread (0,0,0) has written since the last barrier");
  // Two writes, of the same value too.
  expectFault(kernel("st.shared.b32 [s], 1;", array),
              "writes 4 bytes at offset 0 of shared memory, which thread (0,0,0) has written");
  // A write after a read of others.
  expectFault(kernel(put + "bar.sync 0;" + takeNext + put, array),
              "thread (0,0,0): writes 4 bytes at offset 0 of shared memory, which another thread has read since the "
              "last barrier");
  EXPECT_EQ(complaint(kernel(put + "bar.sync 0;" + takeNext + "bar.sync 0;" + put, array)), "");
  // The barrier of a warp orders what its threads do, if all take part in it, and not what others do.
  EXPECT_EQ(complaint(kernel(put + "bar.warp.sync -1;" + takeNext, array)), "");
  expectFault(
      kernel("setp.lt.u32 %p1, %r1, 4; selp.b32 %r3, 15, 240, %p1;" + put + "bar.warp.sync %r3;\n" + takeNext, array),
      "which thread (0,0,0) has written since the last barrier");
  expectFault(kernel(put + "bar.warp.sync -1;\n" + takeNext, ".shared .align 4 .b8 s[256];"),
              "thread (32,0,0): reads 4 bytes at offset 0 of shared memory, which thread (0,0,0) has written", 64);
  // Atomic operations race with others alone.
  const std::string clear = "setp.ne.b32 %p1, %r1, 0; @%p1 bra L; st.shared.b32 [s], 0; L: bar.sync 0;";
  EXPECT_EQ(complaint(kernel(clear + "atom.shared.add.u32 %r2, [s], 1;", array)), "");
  expectFault(kernel(clear + "atom.shared.add.u32 %r2, [s], 1;\nld.shared.b32 %r2, [s];", array),
              "which another thread has written");
  expectFault(kernel("atom.shared.add.u32 %r2, [s], 1;", array), "which nothing has written");
  // Bytes of one word do not race.
  EXPECT_EQ(complaint(kernel("cvt.u64.u32 %rd4, %r1; st.shared.b8 [%rd4], %r1;", array)), "");
}

TEST(PtxFaultsTest, RacesInGlobalMemory) {
  auto run = [](const std::string &body, uint32_t grid, uint32_t threads, bool checks = true) -> std::string {
    std::vector<int> data(16);
    try {
      Call call("k", grid, threads);
      call.launch.checksGlobalRaces = checks;
      call.out(data).run(*parse(kernel(body)));
      return "";
    } catch (const std::runtime_error &error) {
      return error.what();
    }
  };
  auto expectRace = [&](const std::string &body, uint32_t grid, const std::string &expected) {
    EXPECT_NE(run(body, grid, 8).find(expected), std::string::npos) << run(body, grid, 8);
    EXPECT_EQ(run(body, grid, 8, false), "");
  };
  const std::string put = "st.global.b32 [%rd3], %r1;\n", take = "ld.global.b32 %r2, [%rd3];\n",
                    takeFirst = "ld.global.b32 %r2, [%rd1];\n", meet = "bar.sync 0;\n";
  EXPECT_EQ(run(put + take + meet + takeFirst, 1, 8), "");
  expectRace(put + takeFirst, 1,
             "thread (1,0,0): reads 4 bytes at offset 0 of 'argument 0', which thread (0,0,0) has written since");
  expectRace("st.global.b32 [%rd1], 0;", 1,
             "thread (1,0,0): writes 4 bytes at offset 0 of 'argument 0', which thread (0,0,0) has written");
  expectRace(takeFirst + put, 1,
             "thread (0,0,0): writes 4 bytes at offset 0 of 'argument 0', which another thread has read since");
  // Blocks: barriers do not help.
  EXPECT_EQ(run(take, 2, 8), "");
  expectRace(put + meet, 2,
             "block (1,0,0), thread (0,0,0): writes 4 bytes at offset 0 of 'argument 0', which another block writes");
  const std::string ofFirst = "mov.u32 %r3, %ctaid.x; setp.ne.b32 %p1, %r3, 0; @%p1 bra L;\n",
                    ofSecond = "mov.u32 %r3, %ctaid.x; setp.eq.b32 %p1, %r3, 0; @%p1 bra L;\n";
  expectRace(ofFirst + put + "bra M;\nL: " + take + "M:", 2, "block (1,0,0), thread (0,0,0): reads 4 bytes");
  expectRace(take + meet + ofSecond + put + "L:", 2,
             "writes 4 bytes at offset 0 of 'argument 0', which another block reads");
  // Atomic operations.
  const std::string add = "atom.global.add.u32 %r2, [%rd1], 1;\n";
  EXPECT_EQ(run(takeFirst + add + takeFirst, 2, 8), "");
  expectRace(add + "st.global.b32 [%rd1+4], 1;", 2, "which thread (0,0,0) has written");
  expectRace("setp.ne.b32 %p1, %r1, 0; @%p1 bra L; st.global.b32 [%rd1], 0;\nL:" + add, 1,
             "which thread (0,0,0) has written");
  // A load by .nc of what is written.
  expectRace(put + "ld.global.nc.b32 %r2, [%rd3];", 1,
             "reads 4 bytes at offset 0 of 'argument 0', by .nc, which this launch has written");
}

TEST(PtxFaultsTest, BarriersThatSomeThreadsMiss) {
  expectFault(
      kernel("setp.eq.b32 %p1, %r1, 3; @%p1 bra L;\nbar.sync 0;\nL:"),
      "line 14 ('bar.sync 0;'), block (0,0,0), thread (0,0,0): waits here for thread (3,0,0), which never comes: it "
      "has exited");
  // Both sides meet a barrier, but not the same one.
  expectFault(kernel("setp.eq.b32 %p1, %r1, 3; @%p1 bra L;\nbar.sync 0; bra M;\nL: bar.sync 0;\nM:"),
              "waits here for thread (3,0,0), which never comes: it waits at line 15");
  EXPECT_EQ(complaint(kernel("setp.eq.b32 %p1, %r1, 3; @%p1 bra L;\nadd.s32 %r2, %r1, 1;\nL:\nbar.sync 0;")), "");
}

TEST(PtxFaultsTest, ShufflesThatSomeThreadsMiss) {
  const std::string split = "setp.ge.u32 %p1, %r1, 4; @%p1 bra L;\n";
  EXPECT_EQ(complaint(kernel("shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;")), "");
  EXPECT_EQ(complaint(kernel(split + "shfl.sync.bfly.b32 %r2, %r1, 1, 31, 15;\nL:")), "");
  expectFault(kernel(split + "shfl.sync.bfly.b32 %r2, %r1, 1, 31, 255;\nL:"),
              "waits here for thread (4,0,0), which never comes: it has exited");
  expectFault(kernel(split + "shfl.sync.bfly.b32 %r2, %r1, 4, 31, 15;\nL:"),
              "takes the value of thread (4,0,0), which is not in the member mask");
  expectFault(kernel("shfl.sync.bfly.b32 %r2, %r1, 8, 31, -1;"),
              "takes the value of lane 8, which the block does not have");
  expectFault(kernel("shfl.sync.bfly.b32 %r2, %r1, 1, 31, 127;"),
              "thread (7,0,0): is not in its own member mask, 0x0000007f");
  expectFault(kernel("setp.lt.u32 %p1, %r1, 4; selp.b32 %r3, 255, -1, %p1; shfl.sync.bfly.b32 %r2, %r1, 1, 31, %r3;"),
              "has member mask 0x000000ff, and thread (4,0,0) in it has 0xffffffff");
  expectFault(kernel(split + "vote.sync.any.pred %p2, %p1, 255;\nL:"), "waits here for thread (4,0,0)");
  expectFault(kernel(split + "redux.sync.add.u32 %r2, %r1, 255;\nL:"), "waits here for thread (4,0,0)");
  expectFault(kernel(split + "bar.warp.sync 255;\nL:"), "waits here for thread (4,0,0)");
}

TEST(PtxFaultsTest, OtherFaults) {
  expectFault(kernel("div.u32 %r2, 5, %r1;"), "thread (0,0,0): division by zero");
  expectFault(kernel("cvt.u64.u32 %rd4, %r1; rem.s64 %rd4, %rd4, %rd4;"), "division by zero");
  expectFault(kernel("trap;"), "trap");
  expectFault(kernel("L: bra.uni L;"), "has executed 4194304 instructions");
  expectFault(kernel("T: .branchtargets A, A;\nbrx.idx %r1, T;\nA:"),
              "thread (2,0,0): branches by index 2 of a list of 2 targets");
}

TEST(PtxFaultsTest, LaunchesThatDoNotFit) {
  expectFault(kernel(""), "a block of 2000x1x1 threads", 2000);
  expectFault(kernel("", "", ".reqntid 16"), ".reqntid says 16x1x1");
  expectFault(kernel("", "", ".maxntid 4"), ".maxntid says at most 4");
  expectFault(kernel("", ".shared .b8 s[50000];"), "50000 bytes of shared variables");
  auto module = parse(kernel(""));
  EXPECT_THROW(Call("other", 1, 1).value(int64_t(0)).run(*module), std::runtime_error);
  EXPECT_THROW(Call("k", 1, 1).run(*module), std::runtime_error);
  EXPECT_THROW(Call("k", 1, 1).value(int32_t(0)).run(*module), std::runtime_error);
  EXPECT_THROW(Call("k", 0, 1).value(int64_t(0)).run(*module), std::runtime_error);
  Call shared("k", 1, 1);
  shared.launch.dynamicSharedBytes = 240000;
  EXPECT_THROW(shared.value(int64_t(0)).run(*module), std::runtime_error);
}

TEST(PtxFaultsTest, RefusesWhatItDoesNotKnow) {
  expectRefusal(kernel("frobnicate.b32 %r1, %r2;"), "line 13: instruction 'frobnicate.b32' is not supported");
  expectRefusal(kernel("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%r1}, {%r1}, {%r1}, {%r1};"), "'mma.sync");
  expectRefusal(kernel("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r1}, {%r1}, {%r1}, {%r1};"),
                "needs 4 registers");
  expectRefusal(kernel("cp.async.cg.shared.global [%rd1], [%rd1], 8;"), "copies 16 bytes");
  expectRefusal(kernel("cp.async.bulk.commit_group;"), "'cp.async");
  expectRefusal(kernel("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r1, %r2}, [%rd1];"), "'ldmatrix");
  expectRefusal(kernel("add.odd.f32 %r1, %r2, %r3;"), "'add.odd.f32' is not supported");
  expectRefusal(kernel("ld.global.secret.b32 %r1, [%rd1];"), "has modifier or type 'secret'");
  expectRefusal(kernel("shfl.bfly.b32 %r1, %r2, 1, 31;"), "modifier '.bfly'");
  expectRefusal(kernel("setp.eq.and.odd.b32 %p1, %r1, %r2, %p2;"), "modifier '.odd'");
  expectRefusal(kernel("bar.red.popc.u32 %r1, 0, %p1;"), "modifier '.red'");
  expectRefusal(kernel("bar.sync 0, 32;"), "takes 1 operands, got 2");
  expectRefusal(kernel("mov.u32 %r1, %clock;"), "'%clock' is no register");
  expectRefusal(kernel("mov.u32 %tid.x, %r1;"), "must be a register");
  expectRefusal(kernel("add.s32 %r1, %rd1, %r2;"), "needs an operand of 32 bits, got one of 64 bits");
  expectRefusal(kernel("add.s32 %r1, %r77, %r2;"), "'%r77' is no register");
  expectRefusal(kernel("add.s32 %r1, %r2, 5000000000;"), "number 5000000000 does not fit");
  expectRefusal(kernel("add.rn.f32 %r1, %r2, 0d3FF0000000000000;"), "needs an operand of 32 bits");
  expectRefusal(kernel("cvt.u32.f32 %r1, %r2;"), "needs a rounding to an integer");
  expectRefusal(kernel("cvt.f32.f64 %r1, %rd2;"), "needs a rounding");
  expectRefusal(kernel("cvt.rn.f64.f32 %rd1, %r2;"), "has a rounding that is not supported");
  expectRefusal(kernel("ld.shared.b32 %r1, [k_0];"), "is not in the space");
  expectRefusal(kernel("st.const.b32 [%rd1], %r1;"), "writes constant memory");
  expectRefusal(kernel("ld.global.v8.b32 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%rd1];"), "needs sm_100");
  expectRefusal(kernel("bra L;"), "label 'L' does not stand in this function");
  expectRefusal(kernel("L: L:"), "label 'L' stands twice");
  expectRefusal(kernel(".reg .b32 %r<3>;"), "register '%r' is declared twice");
  expectRefusal(kernel("call.uni other, ();"), "function 'other' is not defined in this module");
  expectRefusal(kernel("") + kernel(""), "function 'k' is defined twice");
  expectRefusal(".func f() { call f; ret; }", "function 'f' calls itself");
  expectRefusal(".func f(.param .b32 a) { ret; } .entry k() { call f; ret; }",
                "function 'f' has 1 parameters, the call has 0");
  expectRefusal(".texref t;", "'.texref' is not supported");
  expectRefusal(".extern .global .b32 x;", "variable 'x' is defined elsewhere");
  expectRefusal(".global .b32 x[2] = {1, 2, 3};", "more initial values");
  expectRefusal(".address_size 32", "64 bits");
  expectRefusal(".entry k() {", "expected '}', got the end");
  expectRefusal("/* ", "a comment has no end");
  expectRefusal(kernel("#"), "unexpected character '#'");
}

} // namespace
