use bitcart_events::on;

#[on(["new_blok", "new_payment"], blocking, currency = "DOGE", timeout = 3)]
async fn all<T>(height: u64, adress: Option<&str>, (_a, _b): (T, T)) -> impl Sized {
    println!("{height} {adress:?}");
}

fn main() {}

//~ "DOGE"
//~ timeout
//~ "new_blok"
//~ blocking
//~ T
//~ impl Sized
//~ (_a, _b)
//~ all
//~ u64
//~ adress
