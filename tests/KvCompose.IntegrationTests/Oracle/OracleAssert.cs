using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>Compares an emitted session with the plain transformer: tokens kept, logits of the prompt, logits while decoding.</summary>
internal static class OracleAssert
{
    private const int Steps = 6;

    public static void Equal(TestModel model, KvSession session, IPlainSelector? selector, int tokens, double tolerance = 1e-4)
    {
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer oracle = model.Oracle();
        double[] expected = oracle.Prefill(prompt, selector);
        session.Prefill(prompt);
        Close(expected, session.Logits(), tolerance);
        for (int layer = 0; layer < model.Plain.Layers; layer++)
        {
            for (int head = 0; head < model.Plain.Heads.KeyValueHeads; head++)
            {
                Assert.Equal(oracle.CachedPositions(layer, head).Order(), session.Positions(layer, head).Order());
            }
        }

        for (int step = 0; step < Steps; step++)
        {
            int token = step * 7 % model.Plain.Vocabulary;
            expected = oracle.Decode(token, tokens + step);
            session.Step([token]);
            Close(expected, session.Logits(), tolerance);
        }
    }

    public static void Close(double[] expected, ReadOnlySpan<float> actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
        }
    }
}
