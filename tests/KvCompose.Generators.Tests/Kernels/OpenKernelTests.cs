namespace KvCompose.Generators.Tests.Kernels;

/// <summary>Kernels of an open pipeline: those of the stated form, once for every listed shape.</summary>
public class OpenKernelTests
{
    private const string Stages = """
        [UniformBudget(Tokens = 64)]
        [SnapKv(Window = 8, Kernel = 7)]
        public sealed partial class Reader;
        """;

    [Fact]
    public void Kernels_OfAListedShape_AreThoseOfTheStatedShape()
    {
        string open = Kernels("[KvPipeline]\n[KernelShape(64, 3)]\n[KernelShape(128, 4)]\n" + Stages);
        foreach ((int headDim, int groupSize) in ((int, int)[])[(64, 3), (128, 4)])
        {
            string stated = Kernels($"[KvPipeline(HeadDim = {headDim}, GroupSize = {groupSize})]\n" + Stages);
            string expected = Lines(Block(stated, "static class Kernels"))
                .Replace("Reader_", $"Reader_{headDim}x{groupSize}_", StringComparison.Ordinal).Replace("\"Reader.", $"\"Reader.{headDim}x{groupSize}.", StringComparison.Ordinal);
            Assert.Equal(expected, Lines(Block(open, $"static class Shape{headDim}x{groupSize}")));
        }
    }

    [Fact]
    public void Kernels_OfListedShapes_CompileToPtx()
        => Assert.NotEmpty(KernelHarness.Run("using KvCompose;\n[KvPipeline]\n[KernelShape(64, 3)]\n[KernelShape(32, 1)]\n" + Stages).Sources);

    [Fact]
    public void Kernels_WithoutAListedShape_AreNone()
    {
        string kernels = Kernels("[KvPipeline]\n" + Stages);
        Assert.DoesNotContain("KernelName", kernels, StringComparison.Ordinal);
        Assert.Contains("throw new KernelShapeException(\"Reader\", shape.HeadDim, shape.GroupSize, \"\")", kernels, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernels_BesideAStorageThatTheyDoNotRead_AreNotEmitted()
        => Assert.DoesNotContain(
            KernelHarness.WithoutKernels.Run("using KvCompose;\n[KvPipeline]\n[FullCache]\n[Int8Storage]\npublic sealed partial class Reader;").Sources.Keys,
            static name => name.EndsWith(".Kernels.g.cs", StringComparison.Ordinal));

    private static string Kernels(string declaration)
        => KernelHarness.WithDevice.Run("using KvCompose;\n" + declaration).Sources.Single(static source => source.Key.EndsWith(".Kernels.g.cs", StringComparison.Ordinal)).Value;

    /// <summary>What stands between the braces after a header.</summary>
    private static string Block(string text, string header)
    {
        int begin = text.IndexOf('{', text.IndexOf(header, StringComparison.Ordinal)), depth = 0, end = begin;
        do
        {
            depth += text[end] switch { '{' => 1, '}' => -1, _ => 0 };
            end++;
        }
        while (depth > 0);

        return text[begin..end];
    }

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(static line => line.Trim()));
}
