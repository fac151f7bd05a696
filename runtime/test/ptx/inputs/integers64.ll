; Functions of integers of 64 bits.
target triple = "nvptx64-nvidia-cuda"
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.smin.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.abs.i64(i64, i1)
declare i64 @llvm.ctpop.i64(i64)
declare i64 @llvm.bitreverse.i64(i64)
declare i64 @llvm.bswap.i64(i64)
declare i64 @llvm.ctlz.i64(i64, i1)
declare i64 @llvm.cttz.i64(i64, i1)
declare i64 @llvm.fshl.i64(i64, i64, i64)
declare i64 @llvm.fshr.i64(i64, i64, i64)
define ptx_kernel void @integers64(ptr noalias %x, ptr noalias %y, ptr noalias %z, ptr noalias %out, i32 %n) {
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %threads = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %first = mul i32 %block, %threads
  %i = add i32 %first, %t
  %inside = icmp ult i32 %i, %n
  br i1 %inside, label %work, label %done
work:
  %px = getelementptr i64, ptr %x, i32 %i
  %a = load i64, ptr %px
  %py = getelementptr i64, ptr %y, i32 %i
  %b = load i64, ptr %py
  %pz = getelementptr i64, ptr %z, i32 %i
  %c = load i64, ptr %pz
  %r0 = add i64 %a, %b
  %at0 = mul i32 %n, 0
  %to0 = add i32 %at0, %i
  %o0 = getelementptr i64, ptr %out, i32 %to0
  store i64 %r0, ptr %o0
  %r1 = sub i64 %a, %b
  %at1 = mul i32 %n, 1
  %to1 = add i32 %at1, %i
  %o1 = getelementptr i64, ptr %out, i32 %to1
  store i64 %r1, ptr %o1
  %r2 = mul i64 %a, %b
  %at2 = mul i32 %n, 2
  %to2 = add i32 %at2, %i
  %o2 = getelementptr i64, ptr %out, i32 %to2
  store i64 %r2, ptr %o2
  %r3 = and i64 %a, %b
  %at3 = mul i32 %n, 3
  %to3 = add i32 %at3, %i
  %o3 = getelementptr i64, ptr %out, i32 %to3
  store i64 %r3, ptr %o3
  %r4 = or i64 %a, %b
  %at4 = mul i32 %n, 4
  %to4 = add i32 %at4, %i
  %o4 = getelementptr i64, ptr %out, i32 %to4
  store i64 %r4, ptr %o4
  %r5 = xor i64 %a, %b
  %at5 = mul i32 %n, 5
  %to5 = add i32 %at5, %i
  %o5 = getelementptr i64, ptr %out, i32 %to5
  store i64 %r5, ptr %o5
  %u6 = or i64 %b, 1
  %r6 = sdiv i64 %a, %u6
  %at6 = mul i32 %n, 6
  %to6 = add i32 %at6, %i
  %o6 = getelementptr i64, ptr %out, i32 %to6
  store i64 %r6, ptr %o6
  %u7 = or i64 %b, 1
  %r7 = udiv i64 %a, %u7
  %at7 = mul i32 %n, 7
  %to7 = add i32 %at7, %i
  %o7 = getelementptr i64, ptr %out, i32 %to7
  store i64 %r7, ptr %o7
  %u8 = or i64 %b, 1
  %r8 = srem i64 %a, %u8
  %at8 = mul i32 %n, 8
  %to8 = add i32 %at8, %i
  %o8 = getelementptr i64, ptr %out, i32 %to8
  store i64 %r8, ptr %o8
  %u9 = or i64 %b, 1
  %r9 = urem i64 %a, %u9
  %at9 = mul i32 %n, 9
  %to9 = add i32 %at9, %i
  %o9 = getelementptr i64, ptr %out, i32 %to9
  store i64 %r9, ptr %o9
  %u10 = and i64 %b, 63
  %r10 = shl i64 %a, %u10
  %at10 = mul i32 %n, 10
  %to10 = add i32 %at10, %i
  %o10 = getelementptr i64, ptr %out, i32 %to10
  store i64 %r10, ptr %o10
  %u11 = and i64 %b, 63
  %r11 = lshr i64 %a, %u11
  %at11 = mul i32 %n, 11
  %to11 = add i32 %at11, %i
  %o11 = getelementptr i64, ptr %out, i32 %to11
  store i64 %r11, ptr %o11
  %u12 = and i64 %b, 63
  %r12 = ashr i64 %a, %u12
  %at12 = mul i32 %n, 12
  %to12 = add i32 %at12, %i
  %o12 = getelementptr i64, ptr %out, i32 %to12
  store i64 %r12, ptr %o12
  %r13 = call i64 @llvm.smax.i64(i64 %a, i64 %b)
  %at13 = mul i32 %n, 13
  %to13 = add i32 %at13, %i
  %o13 = getelementptr i64, ptr %out, i32 %to13
  store i64 %r13, ptr %o13
  %r14 = call i64 @llvm.smin.i64(i64 %a, i64 %b)
  %at14 = mul i32 %n, 14
  %to14 = add i32 %at14, %i
  %o14 = getelementptr i64, ptr %out, i32 %to14
  store i64 %r14, ptr %o14
  %r15 = call i64 @llvm.umax.i64(i64 %a, i64 %b)
  %at15 = mul i32 %n, 15
  %to15 = add i32 %at15, %i
  %o15 = getelementptr i64, ptr %out, i32 %to15
  store i64 %r15, ptr %o15
  %r16 = call i64 @llvm.umin.i64(i64 %a, i64 %b)
  %at16 = mul i32 %n, 16
  %to16 = add i32 %at16, %i
  %o16 = getelementptr i64, ptr %out, i32 %to16
  store i64 %r16, ptr %o16
  %r17 = call i64 @llvm.abs.i64(i64 %a, i1 0)
  %at17 = mul i32 %n, 17
  %to17 = add i32 %at17, %i
  %o17 = getelementptr i64, ptr %out, i32 %to17
  store i64 %r17, ptr %o17
  %r18 = call i64 @llvm.ctpop.i64(i64 %a)
  %at18 = mul i32 %n, 18
  %to18 = add i32 %at18, %i
  %o18 = getelementptr i64, ptr %out, i32 %to18
  store i64 %r18, ptr %o18
  %r19 = call i64 @llvm.bitreverse.i64(i64 %a)
  %at19 = mul i32 %n, 19
  %to19 = add i32 %at19, %i
  %o19 = getelementptr i64, ptr %out, i32 %to19
  store i64 %r19, ptr %o19
  %r20 = call i64 @llvm.bswap.i64(i64 %a)
  %at20 = mul i32 %n, 20
  %to20 = add i32 %at20, %i
  %o20 = getelementptr i64, ptr %out, i32 %to20
  store i64 %r20, ptr %o20
  %r21 = call i64 @llvm.ctlz.i64(i64 %a, i1 0)
  %at21 = mul i32 %n, 21
  %to21 = add i32 %at21, %i
  %o21 = getelementptr i64, ptr %out, i32 %to21
  store i64 %r21, ptr %o21
  %r22 = call i64 @llvm.cttz.i64(i64 %a, i1 0)
  %at22 = mul i32 %n, 22
  %to22 = add i32 %at22, %i
  %o22 = getelementptr i64, ptr %out, i32 %to22
  store i64 %r22, ptr %o22
  %r23 = call i64 @llvm.fshl.i64(i64 %a, i64 %b, i64 %c)
  %at23 = mul i32 %n, 23
  %to23 = add i32 %at23, %i
  %o23 = getelementptr i64, ptr %out, i32 %to23
  store i64 %r23, ptr %o23
  %r24 = call i64 @llvm.fshr.i64(i64 %a, i64 %b, i64 %c)
  %at24 = mul i32 %n, 24
  %to24 = add i32 %at24, %i
  %o24 = getelementptr i64, ptr %out, i32 %to24
  store i64 %r24, ptr %o24
  %u25 = mul i64 %a, %b
  %r25 = add i64 %u25, %c
  %at25 = mul i32 %n, 25
  %to25 = add i32 %at25, %i
  %o25 = getelementptr i64, ptr %out, i32 %to25
  store i64 %r25, ptr %o25
  %u26 = sext i64 %a to i128
  %v26 = sext i64 %b to i128
  %w26 = mul i128 %u26, %v26
  %p26 = lshr i128 %w26, 64
  %r26 = trunc i128 %p26 to i64
  %at26 = mul i32 %n, 26
  %to26 = add i32 %at26, %i
  %o26 = getelementptr i64, ptr %out, i32 %to26
  store i64 %r26, ptr %o26
  %u27 = zext i64 %a to i128
  %v27 = zext i64 %b to i128
  %w27 = mul i128 %u27, %v27
  %p27 = lshr i128 %w27, 64
  %r27 = trunc i128 %p27 to i64
  %at27 = mul i32 %n, 27
  %to27 = add i32 %at27, %i
  %o27 = getelementptr i64, ptr %out, i32 %to27
  store i64 %r27, ptr %o27
  %u28 = icmp eq i64 %a, %b
  %r28 = select i1 %u28, i64 %c, i64 %a
  %at28 = mul i32 %n, 28
  %to28 = add i32 %at28, %i
  %o28 = getelementptr i64, ptr %out, i32 %to28
  store i64 %r28, ptr %o28
  %u29 = icmp ne i64 %a, %b
  %r29 = select i1 %u29, i64 %c, i64 %a
  %at29 = mul i32 %n, 29
  %to29 = add i32 %at29, %i
  %o29 = getelementptr i64, ptr %out, i32 %to29
  store i64 %r29, ptr %o29
  %u30 = icmp slt i64 %a, %b
  %r30 = select i1 %u30, i64 %c, i64 %a
  %at30 = mul i32 %n, 30
  %to30 = add i32 %at30, %i
  %o30 = getelementptr i64, ptr %out, i32 %to30
  store i64 %r30, ptr %o30
  %u31 = icmp sle i64 %a, %b
  %r31 = select i1 %u31, i64 %c, i64 %a
  %at31 = mul i32 %n, 31
  %to31 = add i32 %at31, %i
  %o31 = getelementptr i64, ptr %out, i32 %to31
  store i64 %r31, ptr %o31
  %u32 = icmp sgt i64 %a, %b
  %r32 = select i1 %u32, i64 %c, i64 %a
  %at32 = mul i32 %n, 32
  %to32 = add i32 %at32, %i
  %o32 = getelementptr i64, ptr %out, i32 %to32
  store i64 %r32, ptr %o32
  %u33 = icmp sge i64 %a, %b
  %r33 = select i1 %u33, i64 %c, i64 %a
  %at33 = mul i32 %n, 33
  %to33 = add i32 %at33, %i
  %o33 = getelementptr i64, ptr %out, i32 %to33
  store i64 %r33, ptr %o33
  %u34 = icmp ult i64 %a, %b
  %r34 = select i1 %u34, i64 %c, i64 %a
  %at34 = mul i32 %n, 34
  %to34 = add i32 %at34, %i
  %o34 = getelementptr i64, ptr %out, i32 %to34
  store i64 %r34, ptr %o34
  %u35 = icmp ule i64 %a, %b
  %r35 = select i1 %u35, i64 %c, i64 %a
  %at35 = mul i32 %n, 35
  %to35 = add i32 %at35, %i
  %o35 = getelementptr i64, ptr %out, i32 %to35
  store i64 %r35, ptr %o35
  %u36 = icmp ugt i64 %a, %b
  %r36 = select i1 %u36, i64 %c, i64 %a
  %at36 = mul i32 %n, 36
  %to36 = add i32 %at36, %i
  %o36 = getelementptr i64, ptr %out, i32 %to36
  store i64 %r36, ptr %o36
  %u37 = icmp uge i64 %a, %b
  %r37 = select i1 %u37, i64 %c, i64 %a
  %at37 = mul i32 %n, 37
  %to37 = add i32 %at37, %i
  %o37 = getelementptr i64, ptr %out, i32 %to37
  store i64 %r37, ptr %o37
  %u38 = icmp slt i64 %a, %b
  %v38 = icmp ult i64 %b, %c
  %w38 = xor i1 %u38, %v38
  %r38 = zext i1 %w38 to i64
  %at38 = mul i32 %n, 38
  %to38 = add i32 %at38, %i
  %o38 = getelementptr i64, ptr %out, i32 %to38
  store i64 %r38, ptr %o38
  %u39 = trunc i64 %a to i8
  %r39 = sext i8 %u39 to i64
  %at39 = mul i32 %n, 39
  %to39 = add i32 %at39, %i
  %o39 = getelementptr i64, ptr %out, i32 %to39
  store i64 %r39, ptr %o39
  %u40 = trunc i64 %a to i8
  %r40 = zext i8 %u40 to i64
  %at40 = mul i32 %n, 40
  %to40 = add i32 %at40, %i
  %o40 = getelementptr i64, ptr %out, i32 %to40
  store i64 %r40, ptr %o40
  %u41 = shl i64 %a, 5
  %r41 = ashr i64 %u41, 9
  %at41 = mul i32 %n, 41
  %to41 = add i32 %at41, %i
  %o41 = getelementptr i64, ptr %out, i32 %to41
  store i64 %r41, ptr %o41
  %u42 = lshr i64 %a, 5
  %r42 = and i64 %u42, 31
  %at42 = mul i32 %n, 42
  %to42 = add i32 %at42, %i
  %o42 = getelementptr i64, ptr %out, i32 %to42
  store i64 %r42, ptr %o42
  br label %done
done:
  ret void
}
