namespace KvCompose.Analyzers.Tests.Rules;

/// <summary>What cannot stand beside a propagation, or not with these numbers, whichever rule says so.</summary>
public class PropagationCombinationTests
{
    [Theory]
    [InlineData("TokenSelectivePropagation(Rate = {|KVC2007:0|}), UniformBudget(Tokens = 512), SnapKv")]
    [InlineData("TokenSelectivePropagation(Rate = {|KVC2007:1.5|}), UniformBudget(Tokens = 512), SnapKv")]
    [InlineData("TokenSelectivePropagation(Layer = {|KVC2007:-1|}, Tokens = 2048), UniformBudget(Tokens = 512), SnapKv")]
    [InlineData("{|KVC2008:TokenSelectivePropagation(Tokens = 31)|}, UniformBudget(Tokens = 512), SnapKv(Window = 32)")]
    [InlineData("TokenSelectivePropagation(Tokens = 2048), {|KVC2008:UniformBudget(Tokens = 31)|}, SnapKv(Window = 32)")]
    [InlineData("TokenSelectivePropagation(Tokens = 2048), {|KVC2082:UniformBudget(Tokens = 32)|}, SnapKv(Window = 32)")]
    [InlineData("{|KVC2005:TokenSelectivePropagation(Tokens = 2048)|}, UniformBudget(Tokens = 512), StreamingLlm")]
    [InlineData("{|KVC2005:TokenSelectivePropagation(Tokens = 2048)|}, FullCache")]
    [InlineData("GemFilter(Tokens = 2048), {|KVC2001:TokenSelectivePropagation(Layer = 20, Tokens = 1024)|}, UniformBudget(Tokens = 512), SnapKv")]
    public async Task Declaration_IsReported(string stages)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [KvPipeline, {stages}] partial class Reader;");
}
