using System.Reflection;

namespace KvCompose.DeviceTests.Package;

/// <summary>What ILGPU makes of the emitted kernels, for a device that need not be there.</summary>
public sealed class PtxTests : IDisposable
{
    private readonly PtxCompiler _compiler = new();

    public static TheoryData<string> Pipelines()
        => [.. typeof(PtxTests).Assembly.GetTypes().Where(type => PtxCompiler.KernelsOf(type).Any()).Select(type => type.FullName!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Compile_KernelsOfAPipeline_StayInRegistersAndCallNothing(string pipeline)
        => Assert.All(PtxCompiler.KernelsOf(typeof(PtxTests).Assembly.GetType(pipeline)!), kernel =>
        {
            string code = _compiler.Compile(kernel);
            Assert.DoesNotContain(".local", code, StringComparison.Ordinal);
            Assert.DoesNotContain("call", code, StringComparison.Ordinal);
        });

    [Fact]
    public void Compile_Attention_Loads16BytesAtOnce()
        => Assert.Contains("ld.global.v4", _compiler.Compile(Kernel(typeof(Emitted.Full128), "AttendKernel")), StringComparison.Ordinal);

    [Fact]
    public void Compile_MethodThatIlgpuRefuses_SaysWhichAndLaterOnesCompile()
    {
        MethodInfo refused = typeof(PtxTests).GetMethod(nameof(Throws), BindingFlags.Static | BindingFlags.NonPublic)!;
        Assert.Contains(nameof(Throws), Assert.Throws<InvalidOperationException>(() => _compiler.Compile(refused)).Message);
        Assert.Contains(".entry", _compiler.Compile(Kernel(typeof(Emitted.Full32), "CombineKernel")), StringComparison.Ordinal);
    }

    public void Dispose() => _compiler.Dispose();

    private static MethodInfo Kernel(Type pipeline, string name) => PtxCompiler.KernelsOf(pipeline).Single(kernel => kernel.Name == name);

    private static void Throws(ILGPU.ArrayView<int> data)
    {
        try
        {
            data[0] = 1;
        }
        catch (ArithmeticException)
        {
            data[0] = 2;
        }
    }
}
