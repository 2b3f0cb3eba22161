namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2110Tests
{
    [Theory]
    [InlineData("KvPipeline(HeadDim = 64), {|KVC2110:KernelShape(64, 2)|}, FullCache", "[KernelShape(64, 2)] of pipeline 'Chat' has no effect: the declaration states the shape")]
    [InlineData("KvPipeline, KernelShape(64, 2), {|KVC2110:KernelShape(64, 2)|}, FullCache", "[KernelShape(64, 2)] of pipeline 'Chat' has no effect: it is listed before")]
    [InlineData("KvPipeline, {|KVC2110:KernelShape(64, 2)|}, FullCache, Int8Storage", "[KernelShape(64, 2)] of pipeline 'Chat' has no effect: kernels read single precision and all channels of keys")]
    public async Task Shape_ThatNoKernelIsWrittenFor_IsReported(string attributes, string message)
        => Assert.Equal(message, Assert.Single(await Check.Analyzers.VerifyAsync("using KvCompose; [" + attributes + "] partial class Chat;")).GetMessage());

    [Theory]
    [InlineData("KvPipeline, KernelShape(64, 2), KernelShape(64, 3), KernelShape(128, 2), FullCache")]
    [InlineData("KvPipeline, KernelShape(256, 16), FullCache")]
    public async Task Shapes_OfAnOpenPipeline_AreFine(string attributes)
        => Assert.Empty(await Check.Analyzers.VerifyAsync("using KvCompose; [" + attributes + "] partial class Chat;"));

    [Theory]
    [InlineData("{|KVC2007:KernelShape(72, 2)|}", "Option 'headDim' of 'KernelShape' is 72, but must be a multiple of 16 between 16 and 256")]
    [InlineData("{|KVC2007:KernelShape(512, 2)|}", "Option 'headDim' of 'KernelShape' is 512, but must be a multiple of 16 between 16 and 256")]
    [InlineData("{|KVC2007:KernelShape(64, 17)|}", "Option 'groupSize' of 'KernelShape' is 17, but must be between 1 and 16")]
    public async Task Shape_ThatKernelsCannotHave_IsAnOptionOutOfRange(string attribute, string message)
        => Assert.Equal(message, Assert.Single(await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attribute + ", FullCache] partial class Chat;")).GetMessage());
}
