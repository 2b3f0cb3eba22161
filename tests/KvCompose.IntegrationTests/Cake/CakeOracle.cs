using KvCompose.IntegrationTests.Oracle;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Cake;

/// <summary>The reference's cascade over the plain transformer's layers.</summary>
internal sealed class CakeOracle(TestModel model, CakeOptions options)
{
    /// <summary>Runs a prompt; the cascade holds what every layer keeps at the end.</summary>
    public CakeCascade Prefill(int[] prompt)
    {
        HeadLayout heads = model.Plain.Heads;
        var cascade = new CakeCascade(options.Ledger(), model.Plain.Layers, prompt.Length);
        var recorder = new DelegateSelector((_, positions, queries, keys) =>
        {
            float[] last = DelegateSelector.LastRows(heads, queries, positions.Length, Math.Min(options.Window, positions.Length));
            CakeObservation seen = CakeObservation.Of(
                last, keys, heads.QueryHeads, heads.KeyValueHeads, positions.Length, heads.HeadDim, options);
            cascade.Add(CakePreference.Of(seen.Entropy, seen.Variance, options.Tau1, options.Tau2), positions.Length, seen.Scores);
            return new PlainChoice(null, null);
        });
        model.Oracle().Prefill(prompt, recorder);
        return cascade;
    }

    /// <summary>Every head of every layer holds what the reference holds.</summary>
    public static void AssertHolds(CakeCascade expected, KvSession session, int sequence = 0)
    {
        for (int layer = 0; layer < session.Shape.Layers; layer++)
        {
            for (int head = 0; head < session.Shape.KeyValueHeads; head++)
            {
                Assert.Equal(expected.Stored(layer, head).Order(), session.Positions(layer, head, sequence).Order());
            }
        }
    }
}
