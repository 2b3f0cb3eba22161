using System.Text.Json;
using KvCompose.Models.Sampling;

namespace KvCompose.Models.Tests.Sampling;

/// <summary>The tokens that end an answer stand in several files.</summary>
public sealed class StopTokensTests
{
    private static readonly Dictionary<string, int> Control = new() { ["<|im"] = 6, ["<|im_end|>"] = 7, ["<|im_start|>"] = 8, [""] = 9 };

    [Theory]
    [InlineData("""{"eos_token_id": 2}""", """{"eos_token_id": [2, 5]}""", new[] { 2, 5 })]
    [InlineData("""{"eos_token_id": [1, 0]}""", """{}""", new[] { 0, 1 })]
    [InlineData("""{"eos_token_id": null}""", """{"eos_token_id": 4}""", new[] { 4 })]
    [InlineData("""{}""", """[]""", new int[0])]
    public void Collect_BothFiles_GivesTheirTokensOnce(string configuration, string generation, int[] expected)
        => Assert.Equal(expected, StopTokens.Collect(Json(configuration), Json(generation)).Order());

    [Fact]
    public void Collect_NoFiles_GivesNone() => Assert.Empty(StopTokens.Collect(null, null));

    [Theory]
    [InlineData("<|im_end|>\n", new[] { 7 })]
    [InlineData("<|im_end|><|im_start|>", new[] { 7 })]
    [InlineData("<|imp", new[] { 6 })]
    [InlineData("\n<|im_end|>", new int[0])]
    [InlineData("</s>", new int[0])]
    public void Collect_EndOfATurn_TakesTheLongestControlTokenAtItsBeginning(string turnEnd, int[] expected)
        => Assert.Equal(expected, StopTokens.Collect(null, null, turnEnd, Control));

    [Theory]
    [InlineData("""{"eos_token_id": -1}""", "config.json: eos_token_id holds -1")]
    [InlineData("""{"eos_token_id": 1.5}""", "config.json: eos_token_id holds 1.5")]
    [InlineData("""{"eos_token_id": [2, "x"]}""", "config.json: eos_token_id holds \"x\"")]
    [InlineData("""{"eos_token_id": {}}""", "config.json: eos_token_id holds {}")]
    public void Collect_NoTokenId_SaysWhichFileAndWhat(string configuration, string expected)
        => Assert.StartsWith(
            expected, Assert.Throws<ArgumentException>(() => StopTokens.Collect(Json(configuration), null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Collect_GenerationFile_IsNamedToo()
        => Assert.StartsWith(
            "generation_config.json: ", Assert.Throws<ArgumentException>(() => StopTokens.Collect(null, Json("""{"eos_token_id": true}"""))).Message,
            StringComparison.Ordinal);

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
