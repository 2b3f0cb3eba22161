using System.CommandLine;

namespace KvCompose.Samples.Needle;

/// <summary>The verb <c>profile</c> and its options.</summary>
internal static class ProfileVerb
{
    private const string Description = """
        Reads needle texts, finds out which key-value heads of the model are stable and which are alike, and writes the profile
        that HeteroCache divides its memory by.
        """;

    /// <param name="run">What the verb does; returns the exit code.</param>
    public static Command Command(Func<ProfileArguments, int> run)
    {
        var file = new Argument<string>("file") { Description = "Where the profile is written to." };
        Option<string?> model = ModelOptions.Model();
        var length = new Option<int>("--length") { Description = "Tokens of a text.", DefaultValueFactory = _ => 4096 };
        var texts = new Option<int>("--texts") { Description = "How many texts.", DefaultValueFactory = _ => 4 };
        var seed = new Option<ulong>("--seed") { Description = "Decides the texts.", DefaultValueFactory = _ => 42 };
        var top = new Option<int>("--top") { Description = "Tokens that count as important to a head; 0 for the method's share of the prompt.", DefaultValueFactory = _ => 0 };
        Option<double> stable = Share("--stable", "A head that is like no other is stable from this overlap on.");
        Option<double> similar = Share("--similar", "Two heads are alike from this overlap on.");
        RequireAtLeast(texts, 1);
        RequireAtLeast(top, 0);
        var command = new Command("profile", Description) { file, length, texts, seed, top, stable, similar, model };
        command.SetAction(parsed => run(new ProfileArguments(
            parsed.GetValue(length), parsed.GetValue(texts), parsed.GetValue(seed), parsed.GetValue(top), parsed.GetValue(stable), parsed.GetValue(similar),
            parsed.GetRequiredValue(file), parsed.GetValue(model))));
        return command;
    }

    private static void RequireAtLeast(Option<int> option, int least) => option.Validators.Add(result =>
    {
        // What is no number at all is reported by the parser itself.
        if (result.Tokens is [var given] && int.TryParse(given.Value, out int count) && count < least)
        {
            result.AddError($"{option.Name} is '{given.Value}', expected a number from {least}");
        }
    });

    private static Option<double> Share(string name, string description)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => 0.5 };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [_] && result.GetValue(option) is < 0 or > 1 or double.NaN)
            {
                result.AddError($"{name} is '{result.Tokens[0].Value}', expected an overlap from 0 to 1");
            }
        });
        return option;
    }
}
