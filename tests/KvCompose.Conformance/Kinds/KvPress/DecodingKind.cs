using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Decoding;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>Cuts while decoding, step by step.</summary>
public sealed class DecodingKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "decoding";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        DecodingPress press = Read(@case.Field("press"));
        var prompt = new PromptRun(@case, folder);
        PressCache cache = prompt.Cache;
        if (@case.Optional("prefill") is { } prefill)
        {
            double removed = prefill.Number("compression_ratio");
            IPress first = PressReader.Read(prefill.Text("press"), prefill.Optional("press_args"), @case).Of(removed);
            foreach (PressLayer layer in prompt.Layers)
            {
                cache.Apply(layer.Index, first.Compress(layer, removed));
            }
        }

        DecodingState[] states = [.. prompt.Layers.Select(_ => new DecodingState(press))];
        int[] tokens = @case.Ints("continuation"), lengths = @case.Ints("lengths");
        var events = new Queue<JsonElement>(@case.List("events"));
        Tensor logits = @case.Tensor("logits");
        for (int step = 0; step < tokens.Length; step++)
        {
            double[] row = prompt.Transformer.Run([tokens[step]], prompt.Ids.Length + step, cache, layer =>
            {
                if (states[layer.Index].Step(layer) is { } kept)
                {
                    cache.Apply(layer.Index, PressOutcome.Of(layer, kept));
                    Event(events, step, layer.Index, cache);
                }
            })[0];
            PressCheck.Logits(logits, step, row, "logits");
            Expect.Equal(lengths[step], cache.Layer(0)[0].Count, $"lengths[{step}]");
        }

        Expect.Equal(0, events.Count, "events that did not happen");
    }

    private static void Event(Queue<JsonElement> events, int step, int layer, PressCache cache)
    {
        Expect.True(events.TryDequeue(out JsonElement expected), $"an eviction in step {step}, layer {layer}: none expected");
        Expect.Equal((expected.Int("step"), expected.Int("layer")), (step, layer), "next eviction");
        foreach ((int head, JsonElement kept) in expected.List("kept").Index())
        {
            Expect.SameSet(kept.AsInts("kept"), [.. cache.Layer(layer)[head].Select(row => row.Position)],
                $"step {step}, layer {layer}, head {head}");
        }
    }

    private static DecodingPress Read(JsonElement press)
    {
        string name = press.Text("name");
        var args = new PressArguments(name, press.Optional("args"));
        var read = new DecodingPress(
            PressScorers.Inner(args),
            name switch
            {
                "Decoding" => DecodingPress.Rows(args.Int("target_size", 2048)),
                "CompressionRatioDecoding" => DecodingPress.Share(args.Number("target_compression_ratio")),
                _ => throw new VectorFormatException($"there is no decoding press '{name}'"),
            },
            args.Int("compression_interval", 512),
            args.Int("hidden_states_buffer_size", 256));
        args.Complete();
        return read;
    }
}
