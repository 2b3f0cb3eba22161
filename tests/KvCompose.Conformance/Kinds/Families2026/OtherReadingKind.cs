using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>
/// gpt-oss with the bounds of YaRN rounded, as llama.cpp reads every file. Loading follows the model's own configuration; the case
/// holds the other reading to show that the two differ in nothing else.
/// </summary>
public sealed class OtherReadingKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "logits-other-reading";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        string file = Path.Combine(folder, @case.Text("file"));
        LoadedParts parts = ModelPath.Open(file);
        NetworkDescription network = parts.Configuration.Network;
        parts = parts with
        {
            Configuration = parts.Configuration with { Network = network with { Layers = [.. network.Layers.Select(Rounded)] } },
        };
        using LanguageModel model = LanguageModel.Build(parts, new LanguageModelOptions { Threads = 1 });
        using var decoder = new FullDecoder(model.Network);
        int[] prompt = @case.Ints("prompt_ids");
        Expect.True(prompt.Length > 0, "the prompt is empty");
        LogitCheck.Rows(@case.Tensor("logits"), @case.Ints("logits_positions"), decoder.Append(prompt), @case.Number("tolerance"), "prompt");
        int[] fed = @case.Ints("fed_ids_after_prompt");
        for (int step = 0; step < fed.Length; step++)
        {
            LogitCheck.Row(@case.Tensor("logits_after_fed").Slice(step), decoder.Append([fed[step]]), @case.Number("tolerance"), $"step {step}");
        }
    }

    private static LayerDescription Rounded(LayerDescription layer) => layer.Attention is { Rotation: { Scaling: RopeScaling.Yarn yarn } rotation } attention
        ? layer with { Attention = attention with { Rotation = rotation with { Scaling = yarn with { Truncate = true } } } }
        : layer;
}
