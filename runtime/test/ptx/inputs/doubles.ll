; Functions of f64.
target triple = "nvptx64-nvidia-cuda"
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare double @llvm.fma.f64(double, double, double)
declare double @llvm.sqrt.f64(double)
declare double @llvm.floor.f64(double)
declare double @llvm.rint.f64(double)
declare double @llvm.fabs.f64(double)
declare double @llvm.copysign.f64(double, double)
declare double @llvm.maxnum.f64(double, double)
declare double @llvm.minnum.f64(double, double)
declare i32 @llvm.fptosi.sat.i32.f64(double)
declare i32 @llvm.fptoui.sat.i32.f64(double)
declare i64 @llvm.fptosi.sat.i64.f64(double)
declare i64 @llvm.fptoui.sat.i64.f64(double)
declare float @llvm.nvvm.d2f.rz(double)
declare float @llvm.nvvm.d2f.rm(double)
declare float @llvm.nvvm.d2f.rp(double)
define ptx_kernel void @doubles(ptr noalias %x, ptr noalias %y, ptr noalias %z, ptr noalias %out, i32 %n) {
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %threads = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %first = mul i32 %block, %threads
  %i = add i32 %first, %t
  %inside = icmp ult i32 %i, %n
  br i1 %inside, label %work, label %done
work:
  %px = getelementptr double, ptr %x, i32 %i
  %a = load double, ptr %px
  %py = getelementptr double, ptr %y, i32 %i
  %b = load double, ptr %py
  %pz = getelementptr double, ptr %z, i32 %i
  %c = load double, ptr %pz
  %r0 = fadd double %a, %b
  %at0 = mul i32 %n, 0
  %to0 = add i32 %at0, %i
  %o0 = getelementptr double, ptr %out, i32 %to0
  store double %r0, ptr %o0
  %r1 = fsub double %a, %b
  %at1 = mul i32 %n, 1
  %to1 = add i32 %at1, %i
  %o1 = getelementptr double, ptr %out, i32 %to1
  store double %r1, ptr %o1
  %r2 = fmul double %a, %b
  %at2 = mul i32 %n, 2
  %to2 = add i32 %at2, %i
  %o2 = getelementptr double, ptr %out, i32 %to2
  store double %r2, ptr %o2
  %r3 = fdiv double %a, %b
  %at3 = mul i32 %n, 3
  %to3 = add i32 %at3, %i
  %o3 = getelementptr double, ptr %out, i32 %to3
  store double %r3, ptr %o3
  %r4 = call double @llvm.fma.f64(double %a, double %b, double %c)
  %at4 = mul i32 %n, 4
  %to4 = add i32 %at4, %i
  %o4 = getelementptr double, ptr %out, i32 %to4
  store double %r4, ptr %o4
  %r5 = call double @llvm.sqrt.f64(double %a)
  %at5 = mul i32 %n, 5
  %to5 = add i32 %at5, %i
  %o5 = getelementptr double, ptr %out, i32 %to5
  store double %r5, ptr %o5
  %r6 = call double @llvm.floor.f64(double %a)
  %at6 = mul i32 %n, 6
  %to6 = add i32 %at6, %i
  %o6 = getelementptr double, ptr %out, i32 %to6
  store double %r6, ptr %o6
  %r7 = call double @llvm.rint.f64(double %a)
  %at7 = mul i32 %n, 7
  %to7 = add i32 %at7, %i
  %o7 = getelementptr double, ptr %out, i32 %to7
  store double %r7, ptr %o7
  %r8 = call double @llvm.fabs.f64(double %a)
  %at8 = mul i32 %n, 8
  %to8 = add i32 %at8, %i
  %o8 = getelementptr double, ptr %out, i32 %to8
  store double %r8, ptr %o8
  %r9 = call double @llvm.copysign.f64(double %a, double %b)
  %at9 = mul i32 %n, 9
  %to9 = add i32 %at9, %i
  %o9 = getelementptr double, ptr %out, i32 %to9
  store double %r9, ptr %o9
  %r10 = call double @llvm.maxnum.f64(double %a, double %b)
  %at10 = mul i32 %n, 10
  %to10 = add i32 %at10, %i
  %o10 = getelementptr double, ptr %out, i32 %to10
  store double %r10, ptr %o10
  %r11 = call double @llvm.minnum.f64(double %a, double %b)
  %at11 = mul i32 %n, 11
  %to11 = add i32 %at11, %i
  %o11 = getelementptr double, ptr %out, i32 %to11
  store double %r11, ptr %o11
  %r12 = fneg double %a
  %at12 = mul i32 %n, 12
  %to12 = add i32 %at12, %i
  %o12 = getelementptr double, ptr %out, i32 %to12
  store double %r12, ptr %o12
  %u13 = fptrunc double %a to float
  %r13 = fpext float %u13 to double
  %at13 = mul i32 %n, 13
  %to13 = add i32 %at13, %i
  %o13 = getelementptr double, ptr %out, i32 %to13
  store double %r13, ptr %o13
  %u14 = call i32 @llvm.fptosi.sat.i32.f64(double %a)
  %r14 = sitofp i32 %u14 to double
  %at14 = mul i32 %n, 14
  %to14 = add i32 %at14, %i
  %o14 = getelementptr double, ptr %out, i32 %to14
  store double %r14, ptr %o14
  %u15 = call i32 @llvm.fptoui.sat.i32.f64(double %a)
  %r15 = uitofp i32 %u15 to double
  %at15 = mul i32 %n, 15
  %to15 = add i32 %at15, %i
  %o15 = getelementptr double, ptr %out, i32 %to15
  store double %r15, ptr %o15
  %u16 = call i64 @llvm.fptosi.sat.i64.f64(double %a)
  %r16 = sitofp i64 %u16 to double
  %at16 = mul i32 %n, 16
  %to16 = add i32 %at16, %i
  %o16 = getelementptr double, ptr %out, i32 %to16
  store double %r16, ptr %o16
  %u17 = call i64 @llvm.fptoui.sat.i64.f64(double %a)
  %r17 = uitofp i64 %u17 to double
  %at17 = mul i32 %n, 17
  %to17 = add i32 %at17, %i
  %o17 = getelementptr double, ptr %out, i32 %to17
  store double %r17, ptr %o17
  %u18 = fcmp ult double %a, %b
  %r18 = select i1 %u18, double %a, double %c
  %at18 = mul i32 %n, 18
  %to18 = add i32 %at18, %i
  %o18 = getelementptr double, ptr %out, i32 %to18
  store double %r18, ptr %o18
  %u19 = call float @llvm.nvvm.d2f.rz(double %a)
  %r19 = fpext float %u19 to double
  %at19 = mul i32 %n, 19
  %to19 = add i32 %at19, %i
  %o19 = getelementptr double, ptr %out, i32 %to19
  store double %r19, ptr %o19
  %u20 = call float @llvm.nvvm.d2f.rm(double %a)
  %r20 = fpext float %u20 to double
  %at20 = mul i32 %n, 20
  %to20 = add i32 %at20, %i
  %o20 = getelementptr double, ptr %out, i32 %to20
  store double %r20, ptr %o20
  %u21 = call float @llvm.nvvm.d2f.rp(double %a)
  %r21 = fpext float %u21 to double
  %at21 = mul i32 %n, 21
  %to21 = add i32 %at21, %i
  %o21 = getelementptr double, ptr %out, i32 %to21
  store double %r21, ptr %o21
  br label %done
done:
  ret void
}
