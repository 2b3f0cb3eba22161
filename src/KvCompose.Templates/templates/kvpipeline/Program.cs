using KvCompose;
using KvCompose.Models;

// dotnet run -- [folder of a model] [file with a prompt]
string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "model");
string prompt = File.ReadAllText(args.Length > 1 ? args[1] : Path.Combine(AppContext.BaseDirectory, "prompt.txt")).Trim();

using LanguageModel model = LanguageModel.Load(folder);
using KvSession session = Pipeline.Open(model);
int[] tokens = model.Tokenizer.Encode(prompt);
session.Prefill(tokens);
CacheUsage usage = session.Usage;

Console.WriteLine($"prompt: … {prompt[^Math.Min(prompt.Length, 60)..]}");
Console.WriteLine($"answer: {model.Tokenizer.Decode([.. session.Decode(maxTokens: 2)])}");
Console.WriteLine($"cache:  {usage.TokensPerHead:F0} of {tokens.Length} tokens for each key-value head, {usage.BytesHeld / 1024} KiB");
