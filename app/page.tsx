export default function Home() {
  return <main>Tessera</main>;
}
