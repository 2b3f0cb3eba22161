using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;
using KvCompose.Models.Templates;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>
/// Chat prompts, rendered and split into tokens, and greedy answers to them, token by token as far as the gap between the best two is clear.
/// </summary>
public sealed class CheckpointGreedyKind : CheckpointKind
{
    /// <inheritdoc/>
    public override string Name => "checkpoint.greedy";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, LanguageModel model, PeerFigures figures)
    {
        ChatPrompt prompt = model.ChatFormat.Template.Render(new ChatPromptRequest
        {
            Messages = Messages(@case),
            AddGenerationPrompt = true,
            SpecialTokens = model.ChatFormat.SpecialTokens,
        });
        Expect.Equal(@case.Text("text"), prompt.Text, "text");
        int[] plain = @case.Optional("ids_content_plain")?.AsInts("ids_content_plain") ?? @case.Ints("ids");
        Expect.Equal<int>(plain, model.Tokenizer.Encode(prompt), "ids of which only the template spells control tokens");
        Expect.Equal<int>(
            @case.Ints("ids"),
            model.Tokenizer.Encode(prompt.Text, new EncodeOptions { AddSpecialTokens = false, ParseSpecialTokens = true }), "ids");
        using var decoder = new FullDecoder(model.Network);
        float[] logits = decoder.Append(@case.Ints("ids"), lastOnly: true);
        int[] continuation = @case.Ints("continuation");
        int steps = Math.Min(@case.Int("safe_steps"), continuation.Length);
        for (int step = 0; step < steps; step++)
        {
            Expect.Equal(continuation[step], LogitCheck.Largest(logits), $"token {step}");
            if (step + 1 < steps)
            {
                logits = decoder.Append([continuation[step]]);
            }
        }

        if (@case.Optional("llama_cpp") is { } peer)
        {
            figures.Sum("tokens equal until the first that differs, over all prompts", steps, Math.Min(steps, peer.Int("agrees_for")));
        }
    }

    private static IReadOnlyList<JsonObject> Messages(JsonElement @case)
        => [.. JsonNode.Parse(@case.Field("messages").GetRawText())!.AsArray().OfType<JsonObject>()];
}
