; Functions of f32, one row of %out for each; inputs have infinities, NaNs and subnormal numbers.
target triple = "nvptx64-nvidia-cuda"
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare float @llvm.fma.f32(float, float, float)
declare float @llvm.sqrt.f32(float)
declare float @llvm.nvvm.ex2.approx.f(float)
declare float @llvm.nvvm.ex2.approx.ftz.f(float)
declare float @llvm.nvvm.lg2.approx.f(float)
declare float @llvm.nvvm.rsqrt.approx.f(float)
declare float @llvm.nvvm.rcp.approx.ftz.f(float)
declare float @llvm.nvvm.div.full(float, float)
declare float @llvm.nvvm.div.approx.f(float, float)
declare float @llvm.tanh.f32(float)
declare float @llvm.sin.f32(float)
declare float @llvm.cos.f32(float)
declare float @llvm.floor.f32(float)
declare float @llvm.ceil.f32(float)
declare float @llvm.trunc.f32(float)
declare float @llvm.rint.f32(float)
declare float @llvm.fabs.f32(float)
declare float @llvm.copysign.f32(float, float)
declare float @llvm.maxnum.f32(float, float)
declare float @llvm.minnum.f32(float, float)
declare float @llvm.maximum.f32(float, float)
declare float @llvm.minimum.f32(float, float)
declare float @llvm.nvvm.add.rz.f(float, float)
declare float @llvm.nvvm.add.rm.ftz.f(float, float)
declare float @llvm.nvvm.mul.rp.f(float, float)
declare float @llvm.nvvm.fma.rm.f(float, float, float)
declare float @llvm.nvvm.fma.rz.ftz.f(float, float, float)
declare float @llvm.nvvm.div.rm.f(float, float)
declare float @llvm.nvvm.rcp.rp.f(float)
declare float @llvm.nvvm.sqrt.rz.f(float)
declare float @llvm.nvvm.sqrt.approx.f(float)
declare float @llvm.nvvm.saturate.f(float)
declare float @llvm.nvvm.add.rn.ftz.f(float, float)
declare i8 @llvm.fptosi.sat.i8.f32(float)
declare i8 @llvm.fptoui.sat.i8.f32(float)
declare i16 @llvm.fptosi.sat.i16.f32(float)
declare i16 @llvm.fptoui.sat.i16.f32(float)
declare i32 @llvm.fptosi.sat.i32.f32(float)
declare i32 @llvm.fptoui.sat.i32.f32(float)
declare i64 @llvm.fptosi.sat.i64.f32(float)
declare i64 @llvm.fptoui.sat.i64.f32(float)
define ptx_kernel void @singles(ptr noalias %x, ptr noalias %y, ptr noalias %z, ptr noalias %out, i32 %n) {
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %threads = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %first = mul i32 %block, %threads
  %i = add i32 %first, %t
  %inside = icmp ult i32 %i, %n
  br i1 %inside, label %work, label %done
work:
  %px = getelementptr float, ptr %x, i32 %i
  %a = load float, ptr %px
  %py = getelementptr float, ptr %y, i32 %i
  %b = load float, ptr %py
  %pz = getelementptr float, ptr %z, i32 %i
  %c = load float, ptr %pz
  %r0 = fadd float %a, %b
  %at0 = mul i32 %n, 0
  %to0 = add i32 %at0, %i
  %o0 = getelementptr float, ptr %out, i32 %to0
  store float %r0, ptr %o0
  %r1 = fsub float %a, %b
  %at1 = mul i32 %n, 1
  %to1 = add i32 %at1, %i
  %o1 = getelementptr float, ptr %out, i32 %to1
  store float %r1, ptr %o1
  %r2 = fmul float %a, %b
  %at2 = mul i32 %n, 2
  %to2 = add i32 %at2, %i
  %o2 = getelementptr float, ptr %out, i32 %to2
  store float %r2, ptr %o2
  %r3 = fdiv float %a, %b
  %at3 = mul i32 %n, 3
  %to3 = add i32 %at3, %i
  %o3 = getelementptr float, ptr %out, i32 %to3
  store float %r3, ptr %o3
  %r4 = call float @llvm.fma.f32(float %a, float %b, float %c)
  %at4 = mul i32 %n, 4
  %to4 = add i32 %at4, %i
  %o4 = getelementptr float, ptr %out, i32 %to4
  store float %r4, ptr %o4
  %r5 = call float @llvm.sqrt.f32(float %a)
  %at5 = mul i32 %n, 5
  %to5 = add i32 %at5, %i
  %o5 = getelementptr float, ptr %out, i32 %to5
  store float %r5, ptr %o5
  %r6 = call float @llvm.nvvm.ex2.approx.f(float %a)
  %at6 = mul i32 %n, 6
  %to6 = add i32 %at6, %i
  %o6 = getelementptr float, ptr %out, i32 %to6
  store float %r6, ptr %o6
  %r7 = call float @llvm.nvvm.ex2.approx.ftz.f(float %a)
  %at7 = mul i32 %n, 7
  %to7 = add i32 %at7, %i
  %o7 = getelementptr float, ptr %out, i32 %to7
  store float %r7, ptr %o7
  %r8 = call float @llvm.nvvm.lg2.approx.f(float %a)
  %at8 = mul i32 %n, 8
  %to8 = add i32 %at8, %i
  %o8 = getelementptr float, ptr %out, i32 %to8
  store float %r8, ptr %o8
  %r9 = call float @llvm.nvvm.rsqrt.approx.f(float %a)
  %at9 = mul i32 %n, 9
  %to9 = add i32 %at9, %i
  %o9 = getelementptr float, ptr %out, i32 %to9
  store float %r9, ptr %o9
  %r10 = call float @llvm.nvvm.rcp.approx.ftz.f(float %a)
  %at10 = mul i32 %n, 10
  %to10 = add i32 %at10, %i
  %o10 = getelementptr float, ptr %out, i32 %to10
  store float %r10, ptr %o10
  %r11 = call float @llvm.nvvm.div.full(float %a, float %b)
  %at11 = mul i32 %n, 11
  %to11 = add i32 %at11, %i
  %o11 = getelementptr float, ptr %out, i32 %to11
  store float %r11, ptr %o11
  %r12 = call float @llvm.nvvm.div.approx.f(float %a, float %b)
  %at12 = mul i32 %n, 12
  %to12 = add i32 %at12, %i
  %o12 = getelementptr float, ptr %out, i32 %to12
  store float %r12, ptr %o12
  %r13 = call afn float @llvm.tanh.f32(float %a)
  %at13 = mul i32 %n, 13
  %to13 = add i32 %at13, %i
  %o13 = getelementptr float, ptr %out, i32 %to13
  store float %r13, ptr %o13
  %r14 = call afn float @llvm.sin.f32(float %a)
  %at14 = mul i32 %n, 14
  %to14 = add i32 %at14, %i
  %o14 = getelementptr float, ptr %out, i32 %to14
  store float %r14, ptr %o14
  %r15 = call afn float @llvm.cos.f32(float %a)
  %at15 = mul i32 %n, 15
  %to15 = add i32 %at15, %i
  %o15 = getelementptr float, ptr %out, i32 %to15
  store float %r15, ptr %o15
  %r16 = call float @llvm.floor.f32(float %a)
  %at16 = mul i32 %n, 16
  %to16 = add i32 %at16, %i
  %o16 = getelementptr float, ptr %out, i32 %to16
  store float %r16, ptr %o16
  %r17 = call float @llvm.ceil.f32(float %a)
  %at17 = mul i32 %n, 17
  %to17 = add i32 %at17, %i
  %o17 = getelementptr float, ptr %out, i32 %to17
  store float %r17, ptr %o17
  %r18 = call float @llvm.trunc.f32(float %a)
  %at18 = mul i32 %n, 18
  %to18 = add i32 %at18, %i
  %o18 = getelementptr float, ptr %out, i32 %to18
  store float %r18, ptr %o18
  %r19 = call float @llvm.rint.f32(float %a)
  %at19 = mul i32 %n, 19
  %to19 = add i32 %at19, %i
  %o19 = getelementptr float, ptr %out, i32 %to19
  store float %r19, ptr %o19
  %r20 = call float @llvm.fabs.f32(float %a)
  %at20 = mul i32 %n, 20
  %to20 = add i32 %at20, %i
  %o20 = getelementptr float, ptr %out, i32 %to20
  store float %r20, ptr %o20
  %r21 = call float @llvm.copysign.f32(float %a, float %b)
  %at21 = mul i32 %n, 21
  %to21 = add i32 %at21, %i
  %o21 = getelementptr float, ptr %out, i32 %to21
  store float %r21, ptr %o21
  %r22 = call float @llvm.maxnum.f32(float %a, float %b)
  %at22 = mul i32 %n, 22
  %to22 = add i32 %at22, %i
  %o22 = getelementptr float, ptr %out, i32 %to22
  store float %r22, ptr %o22
  %r23 = call float @llvm.minnum.f32(float %a, float %b)
  %at23 = mul i32 %n, 23
  %to23 = add i32 %at23, %i
  %o23 = getelementptr float, ptr %out, i32 %to23
  store float %r23, ptr %o23
  %r24 = call float @llvm.maximum.f32(float %a, float %b)
  %at24 = mul i32 %n, 24
  %to24 = add i32 %at24, %i
  %o24 = getelementptr float, ptr %out, i32 %to24
  store float %r24, ptr %o24
  %r25 = call float @llvm.minimum.f32(float %a, float %b)
  %at25 = mul i32 %n, 25
  %to25 = add i32 %at25, %i
  %o25 = getelementptr float, ptr %out, i32 %to25
  store float %r25, ptr %o25
  %r26 = call float @llvm.nvvm.add.rz.f(float %a, float %b)
  %at26 = mul i32 %n, 26
  %to26 = add i32 %at26, %i
  %o26 = getelementptr float, ptr %out, i32 %to26
  store float %r26, ptr %o26
  %r27 = call float @llvm.nvvm.add.rm.ftz.f(float %a, float %b)
  %at27 = mul i32 %n, 27
  %to27 = add i32 %at27, %i
  %o27 = getelementptr float, ptr %out, i32 %to27
  store float %r27, ptr %o27
  %r28 = call float @llvm.nvvm.mul.rp.f(float %a, float %b)
  %at28 = mul i32 %n, 28
  %to28 = add i32 %at28, %i
  %o28 = getelementptr float, ptr %out, i32 %to28
  store float %r28, ptr %o28
  %r29 = call float @llvm.nvvm.fma.rm.f(float %a, float %b, float %c)
  %at29 = mul i32 %n, 29
  %to29 = add i32 %at29, %i
  %o29 = getelementptr float, ptr %out, i32 %to29
  store float %r29, ptr %o29
  %r30 = call float @llvm.nvvm.fma.rz.ftz.f(float %a, float %b, float %c)
  %at30 = mul i32 %n, 30
  %to30 = add i32 %at30, %i
  %o30 = getelementptr float, ptr %out, i32 %to30
  store float %r30, ptr %o30
  %r31 = call float @llvm.nvvm.div.rm.f(float %a, float %b)
  %at31 = mul i32 %n, 31
  %to31 = add i32 %at31, %i
  %o31 = getelementptr float, ptr %out, i32 %to31
  store float %r31, ptr %o31
  %r32 = call float @llvm.nvvm.rcp.rp.f(float %a)
  %at32 = mul i32 %n, 32
  %to32 = add i32 %at32, %i
  %o32 = getelementptr float, ptr %out, i32 %to32
  store float %r32, ptr %o32
  %r33 = call float @llvm.nvvm.sqrt.rz.f(float %a)
  %at33 = mul i32 %n, 33
  %to33 = add i32 %at33, %i
  %o33 = getelementptr float, ptr %out, i32 %to33
  store float %r33, ptr %o33
  %r34 = call float @llvm.nvvm.sqrt.approx.f(float %a)
  %at34 = mul i32 %n, 34
  %to34 = add i32 %at34, %i
  %o34 = getelementptr float, ptr %out, i32 %to34
  store float %r34, ptr %o34
  %r35 = call float @llvm.nvvm.saturate.f(float %a)
  %at35 = mul i32 %n, 35
  %to35 = add i32 %at35, %i
  %o35 = getelementptr float, ptr %out, i32 %to35
  store float %r35, ptr %o35
  %r36 = call float @llvm.nvvm.add.rn.ftz.f(float %a, float %b)
  %at36 = mul i32 %n, 36
  %to36 = add i32 %at36, %i
  %o36 = getelementptr float, ptr %out, i32 %to36
  store float %r36, ptr %o36
  %r37 = fneg float %a
  %at37 = mul i32 %n, 37
  %to37 = add i32 %at37, %i
  %o37 = getelementptr float, ptr %out, i32 %to37
  store float %r37, ptr %o37
  %u38 = fcmp oeq float %a, %b
  %r38 = select i1 %u38, float 1.0, float 0.0
  %at38 = mul i32 %n, 38
  %to38 = add i32 %at38, %i
  %o38 = getelementptr float, ptr %out, i32 %to38
  store float %r38, ptr %o38
  %u39 = fcmp one float %a, %b
  %r39 = select i1 %u39, float 1.0, float 0.0
  %at39 = mul i32 %n, 39
  %to39 = add i32 %at39, %i
  %o39 = getelementptr float, ptr %out, i32 %to39
  store float %r39, ptr %o39
  %u40 = fcmp olt float %a, %b
  %r40 = select i1 %u40, float 1.0, float 0.0
  %at40 = mul i32 %n, 40
  %to40 = add i32 %at40, %i
  %o40 = getelementptr float, ptr %out, i32 %to40
  store float %r40, ptr %o40
  %u41 = fcmp ole float %a, %b
  %r41 = select i1 %u41, float 1.0, float 0.0
  %at41 = mul i32 %n, 41
  %to41 = add i32 %at41, %i
  %o41 = getelementptr float, ptr %out, i32 %to41
  store float %r41, ptr %o41
  %u42 = fcmp ogt float %a, %b
  %r42 = select i1 %u42, float 1.0, float 0.0
  %at42 = mul i32 %n, 42
  %to42 = add i32 %at42, %i
  %o42 = getelementptr float, ptr %out, i32 %to42
  store float %r42, ptr %o42
  %u43 = fcmp oge float %a, %b
  %r43 = select i1 %u43, float 1.0, float 0.0
  %at43 = mul i32 %n, 43
  %to43 = add i32 %at43, %i
  %o43 = getelementptr float, ptr %out, i32 %to43
  store float %r43, ptr %o43
  %u44 = fcmp ord float %a, %b
  %r44 = select i1 %u44, float 1.0, float 0.0
  %at44 = mul i32 %n, 44
  %to44 = add i32 %at44, %i
  %o44 = getelementptr float, ptr %out, i32 %to44
  store float %r44, ptr %o44
  %u45 = fcmp ueq float %a, %b
  %r45 = select i1 %u45, float 1.0, float 0.0
  %at45 = mul i32 %n, 45
  %to45 = add i32 %at45, %i
  %o45 = getelementptr float, ptr %out, i32 %to45
  store float %r45, ptr %o45
  %u46 = fcmp une float %a, %b
  %r46 = select i1 %u46, float 1.0, float 0.0
  %at46 = mul i32 %n, 46
  %to46 = add i32 %at46, %i
  %o46 = getelementptr float, ptr %out, i32 %to46
  store float %r46, ptr %o46
  %u47 = fcmp ult float %a, %b
  %r47 = select i1 %u47, float 1.0, float 0.0
  %at47 = mul i32 %n, 47
  %to47 = add i32 %at47, %i
  %o47 = getelementptr float, ptr %out, i32 %to47
  store float %r47, ptr %o47
  %u48 = fcmp ule float %a, %b
  %r48 = select i1 %u48, float 1.0, float 0.0
  %at48 = mul i32 %n, 48
  %to48 = add i32 %at48, %i
  %o48 = getelementptr float, ptr %out, i32 %to48
  store float %r48, ptr %o48
  %u49 = fcmp ugt float %a, %b
  %r49 = select i1 %u49, float 1.0, float 0.0
  %at49 = mul i32 %n, 49
  %to49 = add i32 %at49, %i
  %o49 = getelementptr float, ptr %out, i32 %to49
  store float %r49, ptr %o49
  %u50 = fcmp uge float %a, %b
  %r50 = select i1 %u50, float 1.0, float 0.0
  %at50 = mul i32 %n, 50
  %to50 = add i32 %at50, %i
  %o50 = getelementptr float, ptr %out, i32 %to50
  store float %r50, ptr %o50
  %u51 = fcmp uno float %a, %b
  %r51 = select i1 %u51, float 1.0, float 0.0
  %at51 = mul i32 %n, 51
  %to51 = add i32 %at51, %i
  %o51 = getelementptr float, ptr %out, i32 %to51
  store float %r51, ptr %o51
  %u52 = fcmp olt float %a, %b
  %v52 = fcmp ogt float %b, %c
  %w52 = and i1 %u52, %v52
  %r52 = select i1 %w52, float %a, float %c
  %at52 = mul i32 %n, 52
  %to52 = add i32 %at52, %i
  %o52 = getelementptr float, ptr %out, i32 %to52
  store float %r52, ptr %o52
  %u53 = call i8 @llvm.fptosi.sat.i8.f32(float %a)
  %r53 = sitofp i8 %u53 to float
  %at53 = mul i32 %n, 53
  %to53 = add i32 %at53, %i
  %o53 = getelementptr float, ptr %out, i32 %to53
  store float %r53, ptr %o53
  %u54 = call i8 @llvm.fptoui.sat.i8.f32(float %a)
  %r54 = uitofp i8 %u54 to float
  %at54 = mul i32 %n, 54
  %to54 = add i32 %at54, %i
  %o54 = getelementptr float, ptr %out, i32 %to54
  store float %r54, ptr %o54
  %u55 = call i16 @llvm.fptosi.sat.i16.f32(float %a)
  %r55 = sitofp i16 %u55 to float
  %at55 = mul i32 %n, 55
  %to55 = add i32 %at55, %i
  %o55 = getelementptr float, ptr %out, i32 %to55
  store float %r55, ptr %o55
  %u56 = call i16 @llvm.fptoui.sat.i16.f32(float %a)
  %r56 = uitofp i16 %u56 to float
  %at56 = mul i32 %n, 56
  %to56 = add i32 %at56, %i
  %o56 = getelementptr float, ptr %out, i32 %to56
  store float %r56, ptr %o56
  %u57 = call i32 @llvm.fptosi.sat.i32.f32(float %a)
  %r57 = sitofp i32 %u57 to float
  %at57 = mul i32 %n, 57
  %to57 = add i32 %at57, %i
  %o57 = getelementptr float, ptr %out, i32 %to57
  store float %r57, ptr %o57
  %u58 = call i32 @llvm.fptoui.sat.i32.f32(float %a)
  %r58 = uitofp i32 %u58 to float
  %at58 = mul i32 %n, 58
  %to58 = add i32 %at58, %i
  %o58 = getelementptr float, ptr %out, i32 %to58
  store float %r58, ptr %o58
  %u59 = call i64 @llvm.fptosi.sat.i64.f32(float %a)
  %r59 = sitofp i64 %u59 to float
  %at59 = mul i32 %n, 59
  %to59 = add i32 %at59, %i
  %o59 = getelementptr float, ptr %out, i32 %to59
  store float %r59, ptr %o59
  %u60 = call i64 @llvm.fptoui.sat.i64.f32(float %a)
  %r60 = uitofp i64 %u60 to float
  %at60 = mul i32 %n, 60
  %to60 = add i32 %at60, %i
  %o60 = getelementptr float, ptr %out, i32 %to60
  store float %r60, ptr %o60
  br label %done
done:
  ret void
}
