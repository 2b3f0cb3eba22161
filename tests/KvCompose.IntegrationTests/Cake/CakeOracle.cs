using KvCompose.IntegrationTests.Oracle;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Cake;

/// <summary>The reference's cascade and its eviction while decoding, over the plain transformer.</summary>
internal sealed class CakeOracle(TestModel model, CakeOptions options) : IPlainEviction
{
    private readonly HeadLayout _heads = model.Plain.Heads;
    private CakeCascade? _cascade;

    /// <summary>The plain model, which holds what the reference keeps once a prompt is in.</summary>
    public PlainTransformer Plain { get; } = model.Oracle();

    /// <summary>Runs a prompt; the cascade holds what every layer keeps at the end.</summary>
    public CakeCascade Prefill(int[] prompt)
    {
        var cascade = new CakeCascade(options.Ledger(), model.Plain.Layers, prompt.Length);
        var recorder = new DelegateSelector((_, positions, queries, keys) =>
        {
            float[] last = DelegateSelector.LastRows(_heads, queries, positions.Length, Math.Min(options.Window, positions.Length));
            CakeObservation seen = CakeObservation.Of(
                last, keys, _heads.QueryHeads, _heads.KeyValueHeads, positions.Length, _heads.HeadDim, options);
            cascade.Add(CakePreference.Of(seen.Entropy, seen.Variance, options.Tau1, options.Tau2), positions.Length, seen.Scores);
            return new PlainChoice(null, null);
        });
        Plain.Prefill(prompt, recorder);

        // What a layer keeps is known when the last one is in: the same prompt once more, with that.
        Plain.Prefill(prompt, new DelegateSelector((layer, _, _, _) => new PlainChoice(
            [.. Enumerable.Range(0, _heads.KeyValueHeads).Select(head => cascade.Stored(layer, head))], null)));
        return _cascade = cascade;
    }

    public int[] Survivors(int layer, int head, int[] positions, double[][] probabilities)
        => CakeDecode.Survivors(probabilities, positions, _cascade!.Budgets[layer], options);

    /// <summary>Every head of every layer holds what the reference holds.</summary>
    public void AssertHolds(KvSession session, int sequence = 0)
    {
        for (int layer = 0; layer < session.Shape.Layers; layer++)
        {
            for (int head = 0; head < session.Shape.KeyValueHeads; head++)
            {
                Assert.Equal(Plain.CachedPositions(layer, head).Order(), session.Positions(layer, head, sequence).Order());
            }
        }
    }
}
