using System.CommandLine;

namespace KvCompose.Samples.Needle;

/// <summary>The verb <c>retrieval</c> and its options.</summary>
internal static class RetrievalVerb
{
    private const string Description = """
        Asks for facts in needle texts and measures how much of every head's attention lies on the answer while it is said, and writes
        the table that HeadKV divides its memory by. Texts that the model answers wrongly do not count.
        """;

    /// <param name="run">What the verb does; returns the exit code.</param>
    public static Command Command(Func<RetrievalArguments, int> run)
    {
        var file = new Argument<string>("file") { Description = "Where the table is written to." };
        Option<string?> model = ModelOptions.Model();
        var length = new Option<int>("--length") { Description = "Tokens of a text.", DefaultValueFactory = _ => 2048 };
        var texts = new Option<int>("--texts") { Description = "How many texts.", DefaultValueFactory = _ => 16 };
        var seed = new Option<ulong>("--seed") { Description = "Decides the texts.", DefaultValueFactory = _ => 42 };
        texts.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && int.TryParse(given.Value, out int count) && count < 1)
            {
                result.AddError($"--texts is '{given.Value}', expected a number from 1");
            }
        });
        var command = new Command("retrieval", Description) { file, length, texts, seed, model };
        command.SetAction(parsed => run(new RetrievalArguments(
            parsed.GetValue(length), parsed.GetValue(texts), parsed.GetValue(seed), parsed.GetRequiredValue(file), parsed.GetValue(model))));
        return command;
    }
}
