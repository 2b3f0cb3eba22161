using KvCompose.Evaluation;
using KvCompose.Models;

namespace KvCompose.Samples.Needle;

/// <summary>A pipeline with its session and its score.</summary>
internal sealed class Contestant(string name, KvSession session) : IDisposable
{
    public string Name => name;

    public KvSession Session => session;

    public NeedleScore Score { get; } = new();

    public static Contestant[] OpenAll(LlamaModel model, NeedleArguments arguments)
    {
        var opened = new List<Contestant>();
        try
        {
            foreach (NeedlePipeline pipeline in arguments.Pipelines)
            {
                opened.Add(new Contestant(pipeline.Name, pipeline.Open(model, arguments.TokensKept)));
            }

            return [.. opened];
        }
        catch (Exception problem)
        {
            opened.ForEach(contestant => contestant.Dispose());
            if (problem is StageOptionException)
            {
                throw new WrongArgumentException($"--budget: {problem.Message}", problem);
            }

            throw;
        }
    }

    public void Dispose() => session.Dispose();
}
