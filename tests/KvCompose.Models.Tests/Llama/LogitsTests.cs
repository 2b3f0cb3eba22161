using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Llama;

/// <summary>Against a float64 PyTorch implementation: Data/make_expected.py.</summary>
public sealed class LogitsTests
{
    private const float Tolerance = 1e-3f;

    public static TheoryData<string> Cases() => [.. ExpectedCase.All().Select(expected => expected.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_EveryOption_GivesTheLogitsOfPyTorch(string name)
    {
        ExpectedCase expected = ExpectedCase.Named(name);
        using var folder = new TemporaryFolder();
        expected.Write(folder);
        using LanguageModel model = LanguageModel.Load(folder.Path, new LanguageModelOptions { Threads = 2 });

        float[] logits = model.Forward(expected.Tokens);

        float[] wanted = expected.Logits;
        int vocabulary = model.Shape.Vocabulary;
        Assert.Equal(expected.Rows.Length * vocabulary, wanted.Length);
        float worst = 0;
        for (int row = 0; row < expected.Rows.Length; row++)
        {
            for (int token = 0; token < vocabulary; token++)
            {
                float difference = MathF.Abs(wanted[(row * vocabulary) + token] - logits[(expected.Rows[row] * vocabulary) + token]);
                worst = difference <= worst ? worst : difference; // NaN stays.
            }
        }

        Assert.True(worst < Tolerance, $"largest difference {worst}");
    }
}
