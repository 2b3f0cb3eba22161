using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>Codes of few bits and models with large biases of their keys: what becomes of answers, and that such a session does not open by itself.</summary>
public class KeyBiasTests
{
    private const int Steps = 64;

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void Nibbles_SmallBiases_OpenAndAgree(float bias)
    {
        using var model = new TestModel(2, 4, 2, 32, 121);
        Assert.InRange(Agreement(model, bias, EverythingInFourBits.Open(new BiasedModel(model, bias))), (Steps / 2) + 4, Steps);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(900)]
    public void Nibbles_LargeBiases_CollapseAndAreRefused(float bias)
    {
        using var model = new TestModel(2, 4, 2, 32, 121);
        KeyBiasException thrown = Assert.Throws<KeyBiasException>(() => EverythingInFourBits.Open(new BiasedModel(model, bias)));
        Assert.Equal(0, thrown.Layer);
        Assert.True(thrown.Noise > 1, $"the noise is only {thrown.Noise} of the keys' variance");
        Assert.Contains("stores keys in 4 bits", thrown.Message, StringComparison.Ordinal);

        KvSession accepted = EverythingInFourBits.Open(new BiasedModel(model, bias), new() { AcceptKeyBiases = true });
        Assert.InRange(Agreement(model, bias, accepted), 0, Steps / 4);
    }

    [Fact]
    public void Bytes_BiasesThatTheyResolve_OpenAndAgree()
    {
        using var model = new TestModel(2, 4, 2, 32, 121);
        Assert.InRange(Agreement(model, 400, EverythingInBytes.Open(new BiasedModel(model, 400))), 3 * Steps / 4, Steps);
        Assert.Throws<KeyBiasException>(() => EverythingInBytes.Open(new BiasedModel(model, 20_000)));
    }

    [Fact]
    public void Numbers_OfAnyBias_Open()
    {
        using var model = new TestModel(2, 4, 2, 32, 121);
        Everything.Open(new BiasedModel(model, 20_000)).Dispose();
    }

    /// <summary>Steps of the same text after which a session answers as one of single precision does.</summary>
    private static int Agreement(TestModel model, float bias, KvSession session)
    {
        using KvSession full = Everything.Open(new BiasedModel(model, bias));
        using (session)
        {
            int[] prompt = model.Prompt(100, 1), text = model.Prompt(Steps, 2);
            full.Prefill(prompt);
            session.Prefill(prompt);
            int agreed = 0;
            foreach (int token in text)
            {
                full.Step([token]);
                session.Step([token]);
                agreed += full.GreedyToken() == session.GreedyToken() ? 1 : 0;
            }

            return agreed;
        }
    }
}
