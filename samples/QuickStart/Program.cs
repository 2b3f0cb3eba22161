using KvCompose;
using KvCompose.Models;

string here = AppContext.BaseDirectory;
using LanguageModel model = LanguageModel.Load(Path.Combine(here, "models", "needle"));
string text = File.ReadAllText(Path.Combine(here, "story.txt")) + "what is the number of the scarlet lantern ?";
int[] prompt = model.Tokenizer.Encode(text);

using KvSession full = FullReader.Open(model);
using KvSession fast = FastReader.Open(model);
foreach (KvSession session in (KvSession[])[full, fast])
{
    session.Prefill(prompt);
    long bytes = session.Usage.BytesHeld;
    string answer = model.Tokenizer.Decode([.. session.Decode(maxTokens: 2)]);
    Console.WriteLine($"{prompt.Length} tokens read, {bytes / 1024,6} KiB held, answer: {answer}");
}

[KvPipeline]
[FullCache]                                          // every token
public sealed partial class FullReader;

[KvPipeline]
[TokenSelectivePropagation(Layer = 2, Rate = 0.2)]   // FastKV: a fifth of the tokens goes on
[UniformBudget(Ratio = 0.1)]                         // each layer keeps a tenth
[SnapKv(Window = 8, Kernel = 7)]                     // SnapKV: which tokens
[Fp16Storage]                                        // in half precision
public sealed partial class FastReader;
