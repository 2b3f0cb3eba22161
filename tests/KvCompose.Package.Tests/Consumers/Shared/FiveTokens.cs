using KvCompose;
using KvCompose.Models;

/// <summary>The pipeline that every consumer of the packages has.</summary>
[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Ratio = 0.5)]
[SnapKv(Window = 8)]
internal static partial class Half
{
}

/// <summary>What a model says after a prompt.</summary>
internal static class FiveTokens
{
    public const string Prompt = "the number of the misty fountain is 40 22 . it was before brother sang and front . what is the number of the misty fountain ?";

    public static string Of(string folder)
    {
        using (LanguageModel model = LanguageModel.Load(folder))
        using (KvSession session = Half.Open(model))
        {
            session.Prefill(model.Tokenizer.Encode(Prompt));
            return string.Join(" ", session.Decode(5));
        }
    }
}
