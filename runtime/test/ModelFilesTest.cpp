//===- ModelFilesTest.cpp - config.json as it is saved -----------------------------------------===//

#include "files/ModelFiles.h"
#include "Checkpoints.h"

using namespace shardrt;
using namespace shardrt::test;

namespace {

TEST(ModelFilesTest, NamesTheTypeThatIsWritten) {
  struct Case {
    const char *from, *to;
  };
  for (Case c : {Case{"{}", "{}"},
                 {"{ \"hidden_size\":64 }\n", "{ \"hidden_size\":64 }\n"},
                 {"{\"torch_dtype\": \"float32\", \"x\": 1}", "{\"torch_dtype\": \"float32\", \"x\": 1}"},
                 {"{\"torch_dtype\" :\t\"bfloat16\" , \"x\": 1}", "{\"torch_dtype\" :\t\"float32\" , \"x\": 1}"},
                 {"{\"dtype\": null,\n \"torch_dtype\": \"float16\"}",
                  "{\"dtype\": \"float32\",\n \"torch_dtype\": \"float32\"}"},
                 {"{\"dtype\": \"a\\\\\\\"b\\\"\"}", "{\"dtype\": \"float32\"}"},
                 {"{\"dtype\": \"\"}", "{\"dtype\": \"float32\"}"},
                 {"{\"inner\": {\"dtype\": \"int8\"}}", "{\"inner\": {\"dtype\": \"int8\"}}"}})
    EXPECT_EQ(withFloat32(c.from, "p"), c.to);
}

TEST(ModelFilesTest, RefusesOtherConfigs) {
  EXPECT_EQ(refusal([] { withFloat32("{\"dtype\": 16}", "p.shard: config"); }),
            "p.shard: config:1:13: \"dtype\" must be a string, got an integer");
  EXPECT_NE(refusal([] { withFloat32("[]", "p"); }).find("must be an object"), std::string::npos);
  EXPECT_NE(refusal([] { withFloat32("{", "p"); }).find("malformed JSON"), std::string::npos);
}

TEST(ModelFilesTest, RefusesFilesThatCannotBeCopied) {
  Folder folder;
  EXPECT_EQ(refusal([&] { copyFile(folder / "absent", folder / "copy"); }), (folder / "absent") + ": cannot be read");
  EXPECT_EQ(refusal([&] { copyFile(folder.path, folder / "copy"); }), folder.path + ": cannot be read");
}

} // namespace
